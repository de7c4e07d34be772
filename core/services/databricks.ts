import type { Service } from './service.ts';
import type { RedirectSettings } from './shapes.ts';
import type { ServiceVariables } from './variables.ts';

/** Databricks' own command line is registered with these, and compared as a string: without a path. */
const redirect: RedirectSettings = {
  host: 'localhost',
  ports: Array.from({ length: 21 }, (_, index) => 8020 + index),
  path: 'none',
};

/** Under `exec` its SDKs ask an endpoint of ours for the token. */
const variables: ServiceVariables = {
  always: {},
  env: {
    DATABRICKS_HOST: 'origin',
    DATABRICKS_ACCOUNT_ID: 'settings.account_id',
    DATABRICKS_TOKEN: 'access_token',
  },
};

/** The account's `url` is the workspace; with `settings.account_id` the console of a whole account. */
export const databricks: Service = {
  name: 'databricks',
  title: 'Databricks',
  grants: ['authorization_code', 'client_credentials', 'api_key', 'command'],
  check: { kind: 'http', method: 'GET', path: '/api/2.0/preview/scim/v2/Me', who: ['userName', 'displayName'] },
  issuer: undefined,
  endpoints: {},
  databases: true,
  permissions: 'databases',
  endpoint: 'databricks',
  variables: {
    authorization_code: variables,
    client_credentials: variables,
    api_key: variables,
    command: variables,
  },
  settings: { account_id: 'ID of the Databricks account, for its account-level APIs' },
  url: { what: 'the workspace, or the console of a whole account', example: 'https://dbc-a1b2.cloud.databricks.com' },
  atUrl: {
    issuer: '/oidc',
    // An account publishes no metadata; its endpoints are the same everywhere.
    withSetting: {
      name: 'account_id',
      endpoints: {
        authorizationEndpoint: '/oidc/accounts/SETTING/v1/authorize',
        tokenEndpoint: '/oidc/accounts/SETTING/v1/token',
      },
    },
  },
  scopes: ['all-apis', 'offline_access'],
  grantScopes: { client_credentials: ['all-apis'] },
  // A client of one's own is registered with one of them.
  redirect: { ...redirect, ports: [8020] },
  fixedRedirect: true,
  builtInClients: { ids: ['databricks-cli'], redirect },
  clientId: 'databricks-cli',
  clientSecret: 'optional',
  prompt: undefined,
  authorizationParams: {},
  username: 'token',
  refreshRevokesAccess: false,
  deadTokenErrors: [],
  serves: {},
  servesOwnHost: [],
  registration: {
    url: 'https://accounts.cloud.databricks.com/settings/app-integrations',
    steps: [
      'App connections, Add connection (an account administrator can).',
      'Redirect URL: REDIRECT_URI (port included, without a path).',
      'Clear "Generate a client secret"; access scopes: All APIs.',
    ],
  },
};

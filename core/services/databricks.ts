import type { Service } from './service.ts';

/** The account's `issuer` is the workspace host followed by /oidc. */
export const databricks: Service = {
  name: 'databricks',
  title: 'Databricks',
  grants: ['authorization_code', 'client_credentials', 'api_key', 'command'],
  check: { kind: 'http', method: 'GET', path: '/api/2.0/preview/scim/v2/Me', who: ['userName', 'displayName'] },
  issuer: undefined,
  endpoints: {},
  databases: true,
  endpoint: 'databricks',
  atUrl: { issuer: '/oidc' },
  scopes: ['all-apis', 'offline_access'],
  grantScopes: { client_credentials: ['all-apis'] },
  redirect: { host: 'localhost', ports: [8020], path: 'none' },
  fixedRedirect: true,
  clientId: undefined,
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
      'The issuer is the workspace followed by /oidc: https://WORKSPACE.cloud.databricks.com/oidc',
    ],
  },
};

import { athenaFailures, auth0Failures } from './athena-failures.ts';
import type { Service } from './service.ts';
import { withoutBrowser } from './without-browser.ts';

/** Resolver Athena: tokens come from Auth0, the service itself speaks gRPC. */
export const athena: Service = {
  ...withoutBrowser,
  name: 'athena',
  title: 'Resolver Athena',
  grants: ['client_credentials', 'api_key'],
  fields: {
    api_key: [{ name: 'api_key', title: 'Static token', where: 'whoever runs Athena for you hands it out' }],
  },
  settings: {
    host: 'where Athena answers, HOST:PORT',
    deployment_id: 'the deployment that the programs use',
    affiliate: 'the affiliate that the programs name',
  },
  audience: 'crisp-athena-live',
  variables: {
    client_credentials: {
      always: {
        OAUTH_CLIENT_ID: 'client_id',
        OAUTH_AUDIENCE: 'audience',
        ATHENA_CLIENT_ID: 'client_id',
        ATHENA_AUDIENCE: 'audience',
        ATHENA_HOST: 'settings.host',
        ATHENA_AFFILIATE: 'settings.affiliate',
      },
      // Under `exec` clients ask an endpoint of ours instead.
      env: { ATHENA_TOKEN: 'access_token' },
    },
    api_key: {
      always: {
        ATHENA_TOKEN: 'access_token',
        ATHENA_HOST: 'settings.host',
        ATHENA_AFFILIATE: 'settings.affiliate',
      },
    },
  },
  endpoint: 'auth0',
  check: {
    kind: 'grpc',
    path: '/athena.ClassifierService/ListDeployments',
    publicHost: 'api.athena-risk-intelligence.com:443',
    failures: athenaFailures,
  },
  endpoints: { tokenEndpoint: 'https://crispthinking.auth0.com/oauth/token' },
  clientSecret: 'required',
  username: 'oauth2',
  refusals: auth0Failures,
  registration: {
    url: undefined,
    needsRedirectUri: false,
    steps: [
      'Resolver gives you a client ID and a client secret, or a static token.',
      'The audience is crisp-athena-live, crisp-athena-dev or crisp-athena-qa.',
    ],
  },
};

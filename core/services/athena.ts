import { athenaFailures, auth0Failures } from './athena-failures.ts';
import { anyPort } from './redirects.ts';
import type { Service } from './service.ts';

/** Resolver Athena: tokens come from Auth0, the service itself speaks gRPC. */
export const athena: Service = {
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
  issuer: undefined,
  endpoints: { tokenEndpoint: 'https://crispthinking.auth0.com/oauth/token' },
  scopes: [],
  redirect: anyPort,
  clientId: undefined,
  clientSecret: 'required',
  prompt: undefined,
  authorizationParams: {},
  username: 'oauth2',
  refreshRevokesAccess: false,
  deadTokenErrors: [],
  refusals: auth0Failures,
  serves: {},
  servesOwnHost: [],
  registration: {
    url: undefined,
    needsRedirectUri: false,
    steps: [
      'Resolver gives you a client ID and a client secret, or a static token.',
      'The audience is crisp-athena-live, crisp-athena-dev or crisp-athena-qa.',
    ],
  },
};

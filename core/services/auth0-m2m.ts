import { auth0Failures } from './athena-failures.ts';
import { anyPort } from './redirects.ts';
import type { Service } from './service.ts';

/** A machine-to-machine application of Auth0: one token for all programs of this machine. */
export const auth0M2m: Service = {
  name: 'auth0-m2m',
  title: 'Auth0 (machine to machine)',
  grants: ['client_credentials'],
  endpoint: 'auth0',
  issuer: undefined,
  endpoints: {},
  atUrl: { endpoints: { tokenEndpoint: '/oauth/token' } },
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
    url: 'https://manage.auth0.com/#/applications',
    needsRedirectUri: false,
    steps: [
      'Create Application, Machine to Machine, and authorize it for the API.',
      'Its audience is the identifier of that API; the url is https://TENANT.auth0.com.',
    ],
  },
};

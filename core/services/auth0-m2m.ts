import { auth0Failures } from './athena-failures.ts';
import type { Service } from './service.ts';
import { withoutBrowser } from './without-browser.ts';

/** A machine-to-machine application of Auth0: one token for all programs of this machine. */
export const auth0M2m: Service = {
  ...withoutBrowser,
  name: 'auth0-m2m',
  title: 'Auth0 (machine to machine)',
  grants: ['client_credentials'],
  endpoint: 'auth0',
  url: { what: 'the tenant', example: 'https://acme.eu.auth0.com' },
  atUrl: { endpoints: { tokenEndpoint: '/oauth/token' } },
  clientSecret: 'required',
  username: 'oauth2',
  refusals: auth0Failures,
  registration: {
    url: 'https://manage.auth0.com/#/applications',
    needsRedirectUri: false,
    steps: [
      'Create Application, Machine to Machine, and authorize it for the API.',
      'Its audience is the identifier of that API; the url is https://TENANT.auth0.com.',
    ],
  },
};

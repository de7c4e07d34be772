import { oidc } from './oidc.ts';
import { fixedPort } from './redirects.ts';
import type { Service } from './service.ts';

/** Adds to `oidc` what Auth0 insists on: a redirect URI that is equal port included. */
export const auth0: Service = {
  ...oidc,
  name: 'auth0',
  title: 'Auth0',
  endpoint: 'auth0',
  redirect: fixedPort,
  fixedRedirect: true,
  registration: {
    url: 'https://manage.auth0.com/#/applications',
    steps: [
      'Create Application, Native.',
      'Allowed Callback URLs: REDIRECT_URI (port included).',
      'Refresh Token Rotation on; on the API, Allow Offline Access on. Set `audience` to get a token for that API.',
      'The issuer is https://TENANT.auth0.com/ with the slash at the end.',
    ],
  },
};

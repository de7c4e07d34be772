import { oidc } from './oidc.ts';
import { fixedPort } from './redirects.ts';
import type { Service } from './service.ts';

/** Adds to `oidc` what Okta insists on: a redirect URI that is equal port included. */
export const okta: Service = {
  ...oidc,
  name: 'okta',
  title: 'Okta',
  redirect: fixedPort,
  fixedRedirect: true,
  registration: {
    url: 'https://login.okta.com',
    steps: [
      'Admin console: Applications, Create App Integration, OIDC, Native Application.',
      'Grant types: Authorization Code and Refresh Token; to sign in with a code, Device Authorization as well.',
      'Sign-in redirect URIs: REDIRECT_URI (port included).',
      'The issuer is https://ORG.okta.com, or https://ORG.okta.com/oauth2/default for a custom authorization server.',
    ],
  },
};

import { anyPort } from './redirects.ts';
import type { Service } from './service.ts';

/** Gitea and Forgejo: the account's `issuer` is the instance, such as https://codeberg.org. */
export const gitea: Service = {
  name: 'gitea',
  title: 'Gitea or Forgejo',
  issuer: undefined,
  endpoints: {},
  scopes: ['openid', 'profile', 'email', 'write:repository'],
  redirect: anyPort,
  clientId: undefined,
  clientSecret: 'optional',
  prompt: undefined,
  authorizationParams: {},
  username: 'oauth2',
  refreshRevokesAccess: false,
  deadTokenErrors: [],
  serves: {},
  servesOwnHost: ['git'],
  registration: {
    url: undefined,
    steps: [
      'On the instance: Settings, Applications, Manage OAuth2 applications (ISSUER/user/settings/applications).',
      'Redirect URI: the redirect URI. Any port on 127.0.0.1 is accepted; do not use localhost.',
      'Clear "Confidential client".',
    ],
  },
};

import { anyPort } from './redirects.ts';
import type { Service } from './service.ts';

/** Gitea and Forgejo: the account's `issuer` is the instance, such as https://codeberg.org. */
export const gitea: Service = {
  name: 'gitea',
  title: 'Gitea or Forgejo',
  grants: ['authorization_code', 'api_key', 'command'],
  check: { kind: 'http', method: 'GET', path: '/api/v1/user', who: ['login'] },
  issuer: undefined,
  endpoints: {},
  atUrl: { issuer: '' },
  scopes: ['openid', 'profile', 'email', 'write:repository'],
  redirect: anyPort,
  builtInClients: {
    // git-credential-oauth, Git Credential Manager, tea: every instance knows them, without a path.
    ids: [
      'a4792ccc-144e-407e-86c9-5e7d8d9c3269',
      'e90ee53c-94e2-48ac-9358-a874fb9e0662',
      'd57cb8c4-630c-4168-8324-ec79935e18d4',
    ],
    redirect: { host: '127.0.0.1', ports: 'any', path: 'none' },
  },
  clientId: undefined,
  clientSecret: 'optional',
  prompt: undefined,
  authorizationParams: {},
  username: 'oauth2',
  refreshRevokesAccess: false,
  // Gitea and Forgejo say so of a refresh token that was revoked or replaced.
  deadTokenErrors: ['unauthorized_client'],
  serves: {},
  servesOwnHost: ['git'],
  registration: {
    url: undefined,
    instancePage: '/user/settings/applications',
    steps: [
      'On the instance: Settings, Applications, Manage OAuth2 applications.',
      'Redirect URI: REDIRECT_URI (any port on 127.0.0.1 is accepted; do not use localhost).',
      'Clear "Confidential client".',
    ],
  },
};

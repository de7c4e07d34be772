import { anyPort } from './redirects.ts';
import type { Service } from './service.ts';

/** GitLab.com; a self-managed instance is the account's `issuer`. */
export const gitlab: Service = {
  name: 'gitlab',
  title: 'GitLab',
  grants: ['authorization_code', 'api_key', 'command'],
  check: {
    kind: 'http',
    method: 'GET',
    path: '/api/v4/user',
    publicAddress: 'https://gitlab.com',
    who: ['username'],
  },
  issuer: 'https://gitlab.com',
  endpoints: {},
  atUrl: { issuer: '' },
  scopes: ['openid', 'profile', 'email', 'read_repository', 'write_repository'],
  redirect: anyPort,
  clientId: undefined,
  clientSecret: 'optional',
  prompt: undefined,
  authorizationParams: {},
  username: 'oauth2',
  refreshRevokesAccess: true,
  deadTokenErrors: [],
  serves: { git: ['gitlab.com'] },
  servesOwnHost: ['git'],
  registration: {
    url: 'https://gitlab.com/-/user_settings/applications',
    instancePage: '/-/user_settings/applications',
    steps: [
      'Add new application.',
      'Redirect URI: REDIRECT_URI (GitLab accepts any port on 127.0.0.1).',
      'Clear "Confidential".',
      'Scopes: openid, profile, email, read_repository, write_repository.',
    ],
  },
};

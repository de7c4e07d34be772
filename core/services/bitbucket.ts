import { fixedPort } from './redirects.ts';
import type { Service } from './service.ts';

/**
 * Bitbucket Cloud. The callback URL is compared port included, and a client secret is required. Refresh tokens rotate:
 * each is good once, and the reply brings the next.
 */
export const bitbucket: Service = {
  name: 'bitbucket',
  title: 'Bitbucket',
  grants: ['authorization_code', 'api_key', 'command'],
  check: {
    kind: 'http',
    method: 'GET',
    path: '/2.0/user',
    publicAddress: 'https://api.bitbucket.org',
    who: ['username', 'display_name'],
  },
  issuer: undefined,
  endpoints: {
    authorizationEndpoint: 'https://bitbucket.org/site/oauth2/authorize',
    tokenEndpoint: 'https://bitbucket.org/site/oauth2/access_token',
  },
  scopes: ['repository', 'repository:write'],
  redirect: { ...fixedPort, host: 'localhost' },
  fixedRedirect: true,
  clientId: undefined,
  clientSecret: 'required',
  prompt: undefined,
  authorizationParams: {},
  username: 'x-token-auth',
  refreshRevokesAccess: false,
  deadTokenErrors: [],
  serves: { git: ['bitbucket.org'] },
  servesOwnHost: ['git'],
  registration: {
    url: 'https://bitbucket.org/account/workspaces/',
    steps: [
      'Open the workspace: Settings, OAuth consumers, Add consumer.',
      'Callback URL: REDIRECT_URI (port included).',
      'Permissions: Repositories, Read and Write. The page then shows Key (client_id) and Secret.',
    ],
  },
};

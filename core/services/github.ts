import { anyPort } from './redirects.ts';
import type { Service } from './service.ts';

/**
 * OAuth apps and GitHub Apps share these endpoints. GitHub publishes no metadata and no revocation endpoint
 * of RFC 7009. For GitHub Enterprise Server the account names both endpoints.
 */
export const github: Service = {
  name: 'github',
  title: 'GitHub',
  grants: ['authorization_code', 'api_key', 'command'],
  check: {
    kind: 'http',
    method: 'GET',
    path: '/user',
    publicAddress: 'https://api.github.com',
    ownPath: '/api/v3/user',
    who: ['login'],
  },
  issuer: undefined,
  endpoints: {
    authorizationEndpoint: 'https://github.com/login/oauth/authorize',
    tokenEndpoint: 'https://github.com/login/oauth/access_token',
    deviceAuthorizationEndpoint: 'https://github.com/login/device/code',
  },
  atUrl: {
    endpoints: {
      authorizationEndpoint: '/login/oauth/authorize',
      tokenEndpoint: '/login/oauth/access_token',
      deviceAuthorizationEndpoint: '/login/device/code',
    },
  },
  // Without `workflow`, GitHub refuses a push that touches .github/workflows.
  // With `offline_access` an OAuth app gives tokens of eight hours and a refresh token; a GitHub App ignores scopes.
  scopes: ['repo', 'workflow', 'offline_access'],
  redirect: anyPort,
  clientId: undefined,
  clientSecret: 'required',
  // Neither the device sign-in nor a refresh of its tokens takes one.
  secretForBrowserOnly: true,
  prompt: undefined,
  authorizationParams: {},
  username: 'x-access-token',
  // A refresh kills the old pair at once.
  refreshRevokesAccess: true,
  deadTokenErrors: ['bad_refresh_token'],
  serves: { git: ['github.com'] },
  servesOwnHost: ['git'],
  registration: {
    url: 'https://github.com/settings/developers',
    instancePage: '/settings/developers',
    steps: [
      'OAuth Apps, New OAuth App (an organisation has the same page under its own settings).',
      'Homepage URL: any address, for example https://github.com.',
      'Authorization callback URL: REDIRECT_URI (GitHub accepts any port on 127.0.0.1).',
      'Generate a client secret: the sign-in in the browser needs it.',
      'To sign in with a code, which needs no client secret: Enable Device Flow.',
    ],
  },
};

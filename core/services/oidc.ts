import { anyPort } from './redirects.ts';
import type { Service } from './service.ts';

export const oidc: Service = {
  name: 'oidc',
  title: 'OpenID Connect',
  grants: ['authorization_code', 'client_credentials', 'api_key', 'token_exchange', 'command'],
  check: { kind: 'userinfo', grants: ['authorization_code'] },
  issuer: undefined,
  endpoints: {},
  scopes: ['openid', 'profile', 'email', 'offline_access'],
  redirect: anyPort,
  clientId: undefined,
  clientSecret: 'optional',
  prompt: undefined,
  authorizationParams: {},
  username: 'oauth2',
  refreshRevokesAccess: false,
  // RFC 6750 §3.1: Cloud Foundry's UAA says so of a refresh token.
  deadTokenErrors: ['invalid_token'],
  serves: {},
  servesOwnHost: [],
  registration: {
    url: undefined,
    steps: [
      'Ask whoever runs the server, or use its console, to register a native (public) client with PKCE.',
      'Grant types: authorization code and refresh token. No client secret is needed.',
    ],
  },
};

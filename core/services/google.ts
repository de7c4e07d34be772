import { anyPort } from './redirects.ts';
import type { Service } from './service.ts';

export const google: Service = {
  name: 'google',
  title: 'Google',
  grants: ['authorization_code', 'command'],
  check: {
    kind: 'http',
    method: 'GET',
    path: '/v1/userinfo',
    publicAddress: 'https://openidconnect.googleapis.com',
    who: ['email', 'name', 'sub'],
  },
  issuer: 'https://accounts.google.com',
  endpoints: {},
  scopes: ['openid', 'email', 'https://www.googleapis.com/auth/cloud-platform'],
  redirect: anyPort,
  clientId: undefined,
  // Google calls it not confidential for desktop clients, and still refuses the exchange without it.
  clientSecret: 'required',
  // Google knows no offline_access scope, and gives a refresh token again only after a new consent.
  prompt: 'consent',
  authorizationParams: { access_type: 'offline' },
  username: 'oauth2accesstoken',
  refreshRevokesAccess: false,
  deadTokenErrors: [],
  serves: { git: ['source.developers.google.com'], docker: ['gcr.io', 'us.gcr.io', 'eu.gcr.io', 'asia.gcr.io'] },
  servesOwnHost: [],
  registration: {
    url: 'https://console.cloud.google.com/apis/credentials',
    needsRedirectUri: false,
    steps: [
      'Create credentials, OAuth client ID, application type Desktop app.',
      'No redirect URI is asked for: desktop clients may use any port on 127.0.0.1.',
      'Publish the consent screen: while it is in testing, a sign-in lasts 7 days.',
    ],
  },
};

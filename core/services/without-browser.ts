import { anyPort } from './redirects.ts';
import type { Service } from './service.ts';

/** What a service has that nobody signs in to by browser: nothing of a sign-in by browser. */
export const withoutBrowser = {
  issuer: undefined,
  endpoints: {},
  scopes: [],
  redirect: anyPort,
  clientId: undefined,
  prompt: undefined,
  authorizationParams: {},
  refreshRevokesAccess: false,
  deadTokenErrors: [],
  serves: {},
  servesOwnHost: [],
} satisfies Partial<Service>;

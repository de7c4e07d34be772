import type { TokenReply } from '../oauth/token-reply.ts';
import type { Secret } from '../secret.ts';

/** A token that comes alone, not from a token endpoint. `lifetime`: seconds, undefined where nobody tells. */
export const plainReply = (accessToken: Secret, lifetime: number | undefined): TokenReply => ({
  accessToken,
  refreshToken: undefined,
  idToken: undefined,
  tokenType: 'bearer',
  scope: undefined,
  expiresIn: lifetime,
  loginExpiresIn: undefined,
  clockSkew: undefined,
  identity: undefined,
});

import type { Secret } from '../secret.ts';

/** A successful answer of the token endpoint (RFC 6749 §5.1), validated. */
export interface TokenReply {
  readonly accessToken: Secret;
  readonly refreshToken: Secret | undefined;
  readonly idToken: Secret | undefined;
  /** Lower case, as openid-client normalises it: `bearer`, `dpop`. */
  readonly tokenType: string;
  readonly scope: string | undefined;
  /** Seconds; undefined where the server does not say. */
  readonly expiresIn: number | undefined;
  /** Seconds until the refresh token dies, where the server tells. */
  readonly loginExpiresIn: number | undefined;
  /** Server clock minus ours in seconds, from the reply's `Date`; undefined where there was none. */
  readonly clockSkew: number | undefined;
  /** Verified claims of the ID token, where OIDC. */
  readonly identity: Identity | undefined;
}

/** Who signed in: claims of a verified ID token or of userinfo. */
export interface Identity {
  readonly issuer: string;
  readonly subject: string;
  readonly email: string | undefined;
  /** The name people recognise: preferred_username, else email, else name. */
  readonly name: string | undefined;
}

import type { Secret } from '../secret.ts';
import { plainText } from '../untrusted/plain-text.ts';

/** A successful answer of the token endpoint (RFC 6749 §5.1), validated. */
export interface TokenReply {
  readonly accessToken: Secret;
  readonly refreshToken: Secret | undefined;
  readonly idToken: Secret | undefined;
  /** Lower case, as openid-client normalises it: `bearer`, `dpop`. */
  readonly tokenType: string;
  readonly scope: string | undefined;
  /** Whole seconds; `noEnd` where it never ends, undefined where the server does not say. */
  readonly expiresIn: number | undefined;
  /** Whole seconds until the refresh token dies, where the server tells; `noEnd` where never. */
  readonly loginExpiresIn: number | undefined;
  /** Server clock minus ours in seconds, from the reply's `Date`; undefined where there was none. */
  readonly clockSkew: number | undefined;
  /** Verified claims of the ID token, where OIDC. */
  readonly identity: Identity | undefined;
}

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

/** How a service tells that an address is verified, and whether anybody asks. */
export interface EmailRules {
  /** The service sends the text "true" where OpenID Connect Core §5.1 says the JSON value. */
  readonly verifiedAsText: boolean;
  /** The account expects a person by address. */
  readonly needed: boolean;
}

/** Tokens of a reply that was not accepted: nobody will use them. */
export interface RefusedTokens {
  readonly accessToken: Secret;
  readonly refreshToken: Secret | undefined;
  /** Whom they are of, as far as can be told; an ID token that failed its checks is believed this much. */
  readonly subject: string | undefined;
}

/**
 * Who signed in: claims of a verified ID token or of userinfo. `subject` and `email` are as the server wrote them, for
 * comparing only: cleaned, two people could look the same. What people see is `shownIdentity`.
 */
export interface Identity {
  readonly issuer: string;
  readonly subject: string;
  readonly email: string | undefined;
  /** The server vouches for the address. Only the sign-in itself tells: a record does not keep it. */
  readonly emailVerified?: boolean | undefined;
  /** The name people recognise: preferred_username, else email, else name. */
  readonly name: string | undefined;
}

/** The same, fit to show. */
export function shownIdentity({ issuer, subject, email, name }: Identity): Identity {
  const shown = (text: string | undefined) => (text === undefined ? undefined : plainText(text) || undefined);
  return { issuer: plainText(issuer), subject: plainText(subject), email: shown(email), name: shown(name) };
}

/** What people call who signed in. */
export function personOf(identity: Identity): string {
  const { name, email, subject } = shownIdentity(identity);
  return name ?? email ?? subject;
}

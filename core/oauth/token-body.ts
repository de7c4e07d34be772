import { z } from 'zod';
import { Secret } from '../secret.ts';
import { readLifetime } from '../untrusted/lifetime.ts';
import { withoutEmptyMembers } from '../untrusted/members.ts';
import { scopeText } from '../untrusted/plain-text.ts';
import { isTokenText } from '../untrusted/token-text.ts';

// A member of another type says nothing; a text that is no token would be written into headers and lines of others.
const optionalToken = z
  .unknown()
  .optional()
  .transform((value, context) => {
    if (typeof value !== 'string') return undefined;
    if (!isTokenText(value)) context.addIssue('has characters no token may have');
    return value;
  });
const seconds = z.unknown().optional().transform(readLifetime);
const scope = z
  .unknown()
  .optional()
  .transform((value) => (typeof value === 'string' ? scopeText(value) : undefined));
const bodySchema = z.object({
  access_token: z.string().refine(isTokenText),
  token_type: z
    .string()
    .transform((type) => type.toLowerCase())
    .pipe(z.literal('bearer')),
  refresh_token: optionalToken,
  id_token: optionalToken,
  scope,
  expires_in: seconds,
  // No standard has them: GitHub's name, then Keycloak's, where 0 means without end.
  refresh_token_expires_in: seconds,
  refresh_expires_in: seconds,
});

/** RFC 6749 §5.1, read but not yet judged: nothing is known of the ID token. */
export interface TokenBody {
  readonly accessToken: Secret;
  readonly refreshToken: Secret | undefined;
  readonly idToken: Secret | undefined;
  readonly tokenType: string;
  readonly scope: string | undefined;
  /** Seconds; `noEnd` where the token never ends. */
  readonly expiresIn: number | undefined;
  /** Seconds until the refresh token dies, where the server tells; `noEnd` where never. */
  readonly loginExpiresIn: number | undefined;
  /** The same members by their wire names, for the library that checks the ID token. */
  readonly wire: Readonly<Record<string, unknown>>;
}

/** What can be kept of a reply that has no access token we can use. */
export function readRefreshToken(json: unknown): Secret | undefined {
  const parsed = bodySchema.pick({ refresh_token: true }).safeParse(withoutEmptyMembers(json));
  const value = parsed.success ? parsed.data.refresh_token : undefined;
  return value === undefined ? undefined : new Secret(value);
}

/** Undefined where there is no access token, or one of a kind we cannot use (RFC 6750 is all we speak). */
export function readTokenReply(json: unknown): TokenBody | undefined {
  const parsed = bodySchema.safeParse(withoutEmptyMembers(json));
  if (!parsed.success) return undefined;
  // The library checks lifetimes by its own, stricter rules and does nothing with them.
  const { expires_in, refresh_token_expires_in, refresh_expires_in, ...wire } = parsed.data;
  const secret = (value: string | undefined) => (value === undefined ? undefined : new Secret(value));
  const body = {
    accessToken: new Secret(wire.access_token),
    refreshToken: secret(wire.refresh_token),
    idToken: secret(wire.id_token),
    tokenType: wire.token_type,
    scope: wire.scope,
    expiresIn: expires_in,
    loginExpiresIn: (refresh_token_expires_in ?? refresh_expires_in) || undefined,
  };
  // Not enumerable: printing a body must not print its tokens.
  return Object.defineProperty(body, 'wire', { value: wire, enumerable: false }) as typeof body & { wire: typeof wire };
}

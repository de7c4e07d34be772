import { z } from 'zod';
import { Secret } from '../secret.ts';

/** Real servers write null, "" or a word where a member should be missing; only what carries the token is required. */
const token = z.string().min(1).optional().catch(undefined);
const seconds = z
  .union([z.number(), z.string().regex(/^\d+$/).transform(Number)])
  .pipe(z.number().finite().nonnegative())
  .optional()
  .catch(undefined);
const bodySchema = z.object({
  access_token: z.string().min(1),
  token_type: z
    .string()
    .transform((type) => type.toLowerCase())
    .pipe(z.literal('bearer')),
  refresh_token: token,
  id_token: token,
  scope: z.string().min(1).optional().catch(undefined),
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
  /** Seconds. */
  readonly expiresIn: number | undefined;
  /** Seconds until the refresh token dies, where the server tells. */
  readonly loginExpiresIn: number | undefined;
  /** The same members by their wire names, for the library that checks the ID token. */
  readonly wire: Readonly<Record<string, unknown>>;
}

/** What can be kept of a reply that has no access token we can use. */
export function readRefreshToken(json: unknown): Secret | undefined {
  const parsed = bodySchema.pick({ refresh_token: true }).safeParse(json);
  const value = parsed.success ? parsed.data.refresh_token : undefined;
  return value === undefined ? undefined : new Secret(value);
}

/** Undefined where there is no access token, or one of a kind we cannot use (RFC 6750 is all we speak). */
export function readTokenReply(json: unknown): TokenBody | undefined {
  const parsed = bodySchema.safeParse(json);
  if (!parsed.success) return undefined;
  const wire = parsed.data;
  const secret = (value: string | undefined) => (value === undefined ? undefined : new Secret(value));
  const body = {
    accessToken: new Secret(wire.access_token),
    refreshToken: secret(wire.refresh_token),
    idToken: secret(wire.id_token),
    tokenType: wire.token_type,
    scope: wire.scope,
    expiresIn: wire.expires_in,
    loginExpiresIn: (wire.refresh_token_expires_in ?? wire.refresh_expires_in) || undefined,
  };
  // Not enumerable: printing a body must not print its tokens.
  return Object.defineProperty(body, 'wire', { value: wire, enumerable: false }) as typeof body & { wire: typeof wire };
}

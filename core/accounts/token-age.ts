import { z } from 'zod';
import type { Clock } from '../ports.ts';
import type { Secret } from '../secret.ts';
import { traitsOf } from '../services/grant.ts';
import { readInstant } from '../untrusted/instant.ts';
import { isRenewable } from './renewal.ts';
import type { TokenRecord } from './token-record.ts';

/** When a reply was received, by every clock there is. */
export interface Receipt {
  readonly obtainedAt: number;
  readonly bootId: string;
  readonly uptime: number;
}

// Clocks of one machine drift apart by this much without anything being wrong.
const tolerance = 120_000;
const day = 86_400_000;
const longestPlausibleAge = 3_650 * day;

/**
 * Milliseconds since the token was received: the largest of what the wall clock and the boot clock (which
 * counts sleep) say, since each may stand still or be set back. `undefined` where the answers make no sense
 * (a clock set before the receipt): the caller then treats the access token as expired.
 */
export function tokenAge(receipt: Receipt, clock: Pick<Clock, 'now' | 'uptime' | 'bootId'>): number | undefined {
  const wall = clock.now() - receipt.obtainedAt;
  const sameBoot = receipt.bootId !== '' && receipt.bootId === clock.bootId;
  const boot = sameBoot ? (clock.uptime() - receipt.uptime) * 1_000 : undefined;
  if (boot !== undefined && boot >= 0) return Math.max(boot, wall);
  if (wall < -tolerance || wall > longestPlausibleAge) return undefined;
  return Math.max(0, wall);
}

/**
 * Seconds the access token lives, as far as we plan with it: without `expires_in` a server promises nothing. Infinity:
 * no lifetime and no way to renew.
 */
export function plannedLifetime(record: Pick<TokenRecord, 'grant' | 'lifetime' | 'refreshToken'>): number {
  if (record.lifetime !== undefined) return record.lifetime;
  return isRenewable(record) ? traitsOf(record.grant).assumedLifetime : Number.POSITIVE_INFINITY;
}

/** Seconds the access token has left, negative when expired. */
export function secondsLeft(record: TokenRecord, clock: Pick<Clock, 'now' | 'uptime' | 'bootId'>): number {
  const lifetime = plannedLifetime(record);
  if (lifetime === Number.POSITIVE_INFINITY) return lifetime;
  const age = tokenAge(record, clock);
  return age === undefined ? Number.NEGATIVE_INFINITY : lifetime - age / 1_000;
}

/**
 * Seconds a token must have left to be handed out: what the caller asks, capped at 80 % of the lifetime so
 * that no token is too young for it, else the smaller of 300 s and 20 % of the lifetime.
 */
export function minimumValidity(lifetime: number, asked: number | undefined): number {
  return asked === undefined ? Math.min(300, lifetime * 0.2) : Math.min(asked, lifetime * 0.8);
}

const timeClaims = z.object({ exp: z.unknown().optional(), iat: z.unknown().optional() });

/** The claims that say when an ID token lives. It was verified when it came; here it is only read. */
function timesOf(idToken: Secret, now: number): { readonly exp: number | undefined; readonly iat: number | undefined } {
  try {
    const payload = Buffer.from(idToken.reveal().split('.')[1] ?? '', 'base64url').toString();
    const { exp, iat } = timeClaims.parse(JSON.parse(payload));
    return { exp: readInstant(exp, now), iat: readInstant(iat, now) };
  } catch {
    return { exp: undefined, iat: undefined };
  }
}

/**
 * Seconds an ID token lives and has left by the server's clock (`noEnd` where its end is beyond all reason). Undefined
 * where it is no JWT with `exp` and `iat` (OpenID Connect Core §2).
 */
export function idTokenLife(
  idToken: Secret,
  clockSkew: number | undefined,
  now: number,
): { readonly lifetime: number; readonly left: number } | undefined {
  const { exp, iat } = timesOf(idToken, now);
  if (exp === undefined || iat === undefined) return undefined;
  return { lifetime: iat < exp ? exp - iat : 0, left: exp - (now / 1_000 + (clockSkew ?? 0)) };
}

/**
 * Whether a refresh brought an ID token that ends later: some servers send that of the sign-in again with every refresh.
 * `now`: milliseconds since the epoch.
 */
export function endsLater(idToken: Secret, before: Secret, now: number): boolean {
  const [end, former] = [timesOf(idToken, now).exp, timesOf(before, now).exp];
  return end === undefined || former === undefined ? !idToken.equals(before) : end > former;
}

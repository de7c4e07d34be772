import type { Account } from '../accounts/account.ts';
import type { AccountState } from '../accounts/account-state.ts';
import { isGiven } from '../accounts/renewal.ts';
import { idTokenLife, minimumValidity, plannedLifetime, secondsLeft } from '../accounts/token-age.ts';
import type { TokenRecord } from '../accounts/token-record.ts';
import type { Clock } from '../ports.ts';
import type { Secret } from '../secret.ts';

/** What a caller asks of an account's tokens. Times in seconds. */
export interface TokenNeed {
  readonly kind: 'access' | 'id';
  /** Validity the caller insists on; undefined: the default, which yields when the server cannot be reached. */
  readonly minTtl: number | undefined;
  /** Refresh first, skipping our own back-off. */
  readonly force: boolean;
  /** How long to wait for a sign-in that is needed. */
  readonly wait: number;
  readonly audience: string | undefined;
  readonly scope: string | undefined;
  /** The tool that asks, as people call it. */
  readonly asker: string | undefined;
}

export const plainNeed: TokenNeed = {
  kind: 'access',
  minTtl: undefined,
  force: false,
  wait: 0,
  audience: undefined,
  scope: undefined,
  asker: undefined,
};

/** A token on its way out. */
export interface HandOut {
  readonly token: Secret;
  readonly tokenType: string;
  readonly scope: string | undefined;
  /** Seconds, finite; undefined where the server gives no lifetime, or one without end. */
  readonly secondsLeft: number | undefined;
}

/** Seconds a token must have to be handed out, and those it has. */
export interface Validity {
  readonly left: number;
  readonly wanted: number;
}

export function validityOf({ settings }: Account, record: TokenRecord, need: TokenNeed, clock: Clock): Validity {
  const asked = need.minTtl ?? settings.minValidity;
  if (need.kind === 'id' && record.idToken !== undefined) {
    const life = idTokenLife(record.idToken, record.clockSkew, clock.now());
    if (life !== undefined) return { left: life.left, wanted: minimumValidity(life.lifetime, asked) };
  }
  return { left: secondsLeft(record, clock), wanted: minimumValidity(plannedLifetime(record), asked) };
}

/** A key its service no longer takes is of no use to anybody, whenever it ends. */
export const isGivenUp = ({ record, problem }: Extract<AccountState, { kind: 'signed_in' }>): boolean =>
  isGiven(record.grant) && problem.kind === 'dead';

export const fresh = (validity: Validity): boolean => validity.left >= validity.wanted;

/** What is told of the time a token has left: nothing where it has no end. */
export const promised = (left: number): number | undefined => (Number.isFinite(left) ? left : undefined);

export function accessHandOut(record: TokenRecord, left: number): HandOut {
  return {
    token: record.accessToken,
    tokenType: record.tokenType,
    scope: record.scope,
    // Where the server gave no lifetime we plan with one, but promise none.
    secondsLeft: record.lifetime === undefined ? undefined : promised(left),
  };
}

// The server's clock, which the end of an ID token goes by, is known to the second.
const clockPrecision = 1;

export const hasEnded = ({ left }: Validity, { kind }: TokenNeed): boolean =>
  left <= (kind === 'id' ? clockPrecision : 0);

/** The ID token that is asked for is the last one without a new sign-in, whenever it ends. */
export function lastIdToken(record: TokenRecord, { kind }: TokenNeed): boolean {
  const { idToken, idTokenRenewed } = record;
  return kind === 'id' && idToken !== undefined && idTokenRenewed === false;
}

/** For people, in the middle of a sentence. */
export function whatIsNeeded({ state, settings }: Account): string {
  if (state.kind !== 'signed_out' || state.why !== 'registration_changed') return `${settings.title} needs a sign-in`;
  const { issuedBy = 'another server' } = state;
  return `the saved sign-in of ${settings.title} is of another client or server (${issuedBy}) than configured now`;
}

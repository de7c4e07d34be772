/**
 * What is known against an account's refresh token. One value, so that two troubles cannot contradict each
 * other. Times are `Clock.monotonic()` milliseconds. Only `dead` means the token is never sent again.
 */
export type RefreshProblem =
  | { readonly kind: 'none' }
  /** Nothing that speaks against the token: network, server down, rate limit, captive portal. */
  | {
      readonly kind: 'unreachable';
      readonly why: string;
      readonly failures: number;
      readonly retryAt: number;
      /** The server's own Retry-After: not even a forced call goes before it. */
      readonly forbiddenUntil: number;
    }
  /** `invalid_grant` once: a second try decides (a proxy or a failing-over server may have lied). */
  | { readonly kind: 'suspect'; readonly why: string; readonly firstSeen: number; readonly retryAt: number }
  /** `invalid_grant` twice for one generation. */
  | { readonly kind: 'dead'; readonly why: string }
  /** A well-formed error no sign-in can cure: `invalid_client` and its kin. */
  | { readonly kind: 'misconfigured'; readonly error: string; readonly why: string; readonly retryAt: number }
  /** Refused without a well-formed OAuth error, as some servers answer dead tokens. */
  | {
      readonly kind: 'refused';
      readonly why: string;
      readonly count: number;
      readonly firstSeen: number;
      readonly retryAt: number;
    };

/** Milliseconds between the two sightings of `invalid_grant` that retire a refresh token. */
export const confirmationDelay = 2_000;

const hour = 3_600_000;
const refusalsThatCount = 3;
const refusalPeriod = 120_000;
const firstBackOff = 1_000;
// Without a scheduler that wakes on network changes a caller must not wait long for the next try.
const longestBackOff = 60_000;

/** What a failed refresh says, in the words of `refresh/outcome.ts`. */
export type RefreshFailure =
  | { readonly kind: 'transient'; readonly retryAfter: number | undefined; readonly why: string }
  | { readonly kind: 'invalid_grant'; readonly why: string }
  | { readonly kind: 'misconfigured'; readonly error: string; readonly why: string }
  | { readonly kind: 'refused'; readonly why: string };

export interface Moment {
  /** `Clock.monotonic()`. */
  readonly now: number;
  /** Uniform in [0, 1): spreads the retries of many accounts. */
  readonly random: number;
  readonly forced: boolean;
}

const backOff = (failures: number, random: number): number =>
  Math.min(longestBackOff, firstBackOff * 2 ** Math.min(failures - 1, 16)) * (0.9 + 0.2 * random);

/** The problem after one more failed refresh. Pure. */
export function afterFailure(before: RefreshProblem, failure: RefreshFailure, moment: Moment): RefreshProblem {
  const { now, random } = moment;
  switch (failure.kind) {
    case 'transient': {
      // A try that reached nobody neither confirms nor clears a suspicion.
      if (before.kind === 'suspect') return { ...before, retryAt: now + backOff(3, random) };
      if (before.kind === 'dead') return before;
      const failures = before.kind === 'unreachable' ? before.failures + 1 : 1;
      const forbiddenUntil = failure.retryAfter === undefined ? now : now + failure.retryAfter * 1_000;
      const retryAt = Math.max(forbiddenUntil, now + backOff(failures, random));
      return { kind: 'unreachable', why: failure.why, failures, retryAt, forbiddenUntil };
    }
    case 'invalid_grant': {
      if (before.kind !== 'suspect') {
        return { kind: 'suspect', why: failure.why, firstSeen: now, retryAt: now + confirmationDelay };
      }
      const confirmed = moment.forced || now - before.firstSeen >= confirmationDelay;
      return confirmed ? { kind: 'dead', why: failure.why } : before;
    }
    case 'misconfigured':
      return { kind: 'misconfigured', error: failure.error, why: failure.why, retryAt: now + hour };
    case 'refused': {
      const count = before.kind === 'refused' ? before.count + 1 : 1;
      const firstSeen = before.kind === 'refused' ? before.firstSeen : now;
      return { kind: 'refused', why: failure.why, count, firstSeen, retryAt: now + backOff(count + 4, random) };
    }
  }
}

/** The moment from which a refresh may be sent without force; Infinity: never again. */
export function mayRefreshAt(problem: RefreshProblem, now: number): number {
  switch (problem.kind) {
    case 'none':
      return now;
    case 'dead':
      return Number.POSITIVE_INFINITY;
    case 'suspect':
    case 'unreachable':
    case 'misconfigured':
    case 'refused':
      return problem.retryAt;
  }
}

/** Whether a refresh may be sent now. `forced` skips our own back-off, never the server's Retry-After. */
export function mayRefresh(problem: RefreshProblem, moment: Pick<Moment, 'now' | 'forced'>): boolean {
  const { now, forced } = moment;
  if (!forced) return now >= mayRefreshAt(problem, now);
  return problem.kind === 'unreachable' ? now >= problem.forbiddenUntil : problem.kind !== 'dead';
}

/** Whether only a new sign-in helps, once the access token has run out. */
export function needsSignIn(problem: RefreshProblem, now: number): boolean {
  if (problem.kind === 'dead') return true;
  return problem.kind === 'refused' && problem.count >= refusalsThatCount && now - problem.firstSeen >= refusalPeriod;
}

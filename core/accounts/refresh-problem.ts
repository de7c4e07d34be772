import type { Secret } from '../secret.ts';

/** When a failed refresh may be tried again. Times are `Clock.monotonic()` milliseconds. */
interface Pace {
  /** Tries in a row that reached nobody who could decide. */
  readonly failures: number;
  /** The next try that nobody asks for. */
  readonly retryAt: number;
  /** The next try for a caller who waits: a person at a prompt should not wait for a back-off of a quarter of an hour. */
  readonly askedRetryAt: number;
  /** The server's own Retry-After: not even a forced call goes before it. */
  readonly forbiddenUntil: number;
}

interface Denied {
  /** The client is known, and may not have what it asks for. */
  readonly denied?: boolean;
  /** Nobody but this machine was asked: another try costs nothing, and may follow soon. */
  readonly local?: boolean;
}

/** What is told of it: `why` for people, `detail` in the protocol's own words. */
interface Words {
  readonly why: string;
  readonly detail?: string | undefined;
  /** What to do, in a sentence, where nobody but Keytray says so: `why` then names no server. */
  readonly advice?: string | undefined;
}

/**
 * What is known against an account's refresh token. One value, so that two troubles cannot contradict each
 * other. Times are `Clock.monotonic()` milliseconds. Only `dead` means the token is never sent again.
 */
export type RefreshProblem =
  | { readonly kind: 'none' }
  /** Nothing that speaks against the token: network, server down, rate limit, captive portal. */
  | ({
      readonly kind: 'unreachable';
      /** A request was sent whose answer got lost: a server that rotates forgives its repetition for seconds only. */
      readonly maybeSpent: boolean;
    } & Words &
      Pace)
  /** `invalid_grant` once: a second try decides (a proxy or a failing-over server may have lied). */
  | ({ readonly kind: 'suspect'; readonly firstSeen: number } & Words & Pace)
  /** `invalid_grant` twice for one generation. */
  | ({ readonly kind: 'dead' } & Words)
  /** A well-formed error no sign-in can cure: `invalid_client` and its kin. */
  | ({ readonly kind: 'misconfigured'; readonly error: string } & Denied & Words & Pace)
  /** What a person gave was given for another server than the configuration names now: it is sent nowhere. */
  | ({ readonly kind: 'elsewhere' } & Words)
  /** The account that it is made from needs a sign-in. */
  | ({ readonly kind: 'subject'; readonly account: string } & Words)
  /** The server's metadata names another host, and the one that issued the token no longer answers. */
  | ({ readonly kind: 'moved' } & Words & Pace)
  /** Refused without a well-formed OAuth error, as some servers answer dead tokens. */
  | ({
      readonly kind: 'refused';
      readonly count: number;
      readonly firstSeen: number;
      readonly lastSeen: number;
    } & Words &
      Pace);

/** Milliseconds between the two sightings of `invalid_grant` that retire a refresh token. */
export const confirmationDelay = 2_000;

const minute = 60_000;
const hour = 60 * minute;
const refusalsThatCount = 3;
const refusalPeriod = 2 * minute;
const firstBackOff = 1_000;
const firstRefusedBackOff = 16_000;
const longestBackOff = 15 * minute;
const longestAskedBackOff = minute;
// A server that names a longer time has a fault in its own clock or code.
export const longestForbidden = 24 * hour;

interface Said extends Words {
  /** Seconds, as the server asked. */
  readonly retryAfter: number | undefined;
}

/** What a failed refresh means for the refresh token. */
export type RefreshFailure =
  /** Nothing is known against the token: keep it, back off, try again. */
  | ({
      readonly kind: 'transient';
      /** The server may have done its part. */
      readonly replyLost?: boolean;
      /** It has, and its answer cannot be read: asking again brings the same. */
      readonly answered?: boolean | undefined;
      /** The one that takes its place, from a reply that was otherwise no good. */
      readonly refreshToken?: Secret | undefined;
    } & Said)
  /** The server says the token is dead. Counts only when seen twice for one generation. */
  | ({ readonly kind: 'invalid_grant' } & Said)
  /** A sign-in would meet the same error: tell the person once, try again hourly at most. */
  | ({ readonly kind: 'misconfigured'; readonly error: string } & Denied & Said)
  /** The host that issued the token is gone, and no other may see the token. */
  | ({ readonly kind: 'moved' } & Said)
  /** A no without a reason: keep the token and try again; a sign-in is offered once nothing else is left. */
  | ({ readonly kind: 'refused' } & Said);

export interface Moment {
  /** `Clock.monotonic()`. */
  readonly now: number;
  /** Uniform in [0, 1): spreads the retries of many accounts. */
  readonly random: number;
  readonly forced: boolean;
}

/** ±10 %; at the cap down only, so that many accounts stay apart there too. */
const doubling = (first: number, times: number, random: number): number =>
  Math.min(longestBackOff * (0.9 + 0.1 * random), first * 2 ** Math.min(times, 16) * (0.9 + 0.2 * random));

function pace(now: number, retryAfter: number | undefined, wait: number, askedWait = wait, failures = 0): Pace {
  const forbiddenUntil = now + Math.min(longestForbidden, (retryAfter ?? 0) * 1_000);
  return {
    failures,
    retryAt: Math.max(forbiddenUntil, now + wait),
    askedRetryAt: Math.max(forbiddenUntil, now + askedWait),
    forbiddenUntil,
  };
}

/** The problem after one more failed refresh. Pure. */
export function afterFailure(known: RefreshProblem, failure: RefreshFailure, moment: Moment): RefreshProblem {
  if (known.kind === 'dead' || known.kind === 'elsewhere') return known;
  // The other account has its sign-in back, or the request would not have been made.
  const before: Exclude<RefreshProblem, { kind: 'subject' }> = known.kind === 'subject' ? { kind: 'none' } : known;
  const { now, random } = moment;
  const { retryAfter } = failure;
  const said: Words = {
    why: failure.why,
    detail: failure.detail,
    ...(failure.advice !== undefined && { advice: failure.advice }),
  };
  switch (failure.kind) {
    case 'transient': {
      const maybeSpent = failure.replyLost === true || (before.kind === 'unreachable' && before.maybeSpent);
      const firstLoss = maybeSpent && before.kind === 'unreachable' && !before.maybeSpent;
      // What failed before anything was sent must not make the repetition come too late.
      const failures = before.kind === 'none' || firstLoss ? 1 : before.failures + 1;
      const wait = doubling(firstBackOff, failures - 1, random);
      const next = pace(now, retryAfter, wait, Math.min(wait, longestAskedBackOff), failures);
      // A try that reached nobody neither confirms nor clears what was seen before.
      if (before.kind === 'none' || before.kind === 'unreachable')
        return { kind: 'unreachable', ...said, maybeSpent, ...next };
      return { ...before, ...noSooner(before, next) };
    }
    case 'invalid_grant': {
      if (before.kind !== 'suspect') {
        return { kind: 'suspect', ...said, firstSeen: now, ...pace(now, retryAfter, confirmationDelay) };
      }
      const confirmed = moment.forced || now - before.firstSeen >= confirmationDelay;
      return confirmed ? { kind: 'dead', ...said } : { ...before, ...noSooner(before, pace(now, retryAfter, 0)) };
    }
    case 'misconfigured': {
      const failures = before.kind === 'misconfigured' ? before.failures + 1 : 1;
      const wait = doubling(firstBackOff, failures - 1, random);
      return {
        kind: 'misconfigured',
        error: failure.error,
        ...(failure.denied === true && { denied: true }),
        ...said,
        ...(failure.local === true
          ? pace(now, retryAfter, wait, Math.min(wait, longestAskedBackOff), failures)
          : pace(now, retryAfter, hour)),
      };
    }
    case 'moved': {
      const failures = before.kind === 'moved' ? before.failures + 1 : 1;
      const wait = doubling(firstBackOff, failures - 1, random);
      return { kind: 'moved', ...said, ...pace(now, retryAfter, wait, Math.min(wait, longestAskedBackOff), failures) };
    }
    case 'refused': {
      const { count, firstSeen } = before.kind === 'refused' ? before : { count: 0, firstSeen: now };
      const wait = doubling(firstRefusedBackOff, count, random);
      // The third try is the one that may decide: not before it can.
      const untilItCounts = count + 1 === refusalsThatCount - 1 ? firstSeen + refusalPeriod - now : 0;
      const askedWait = Math.min(wait, longestAskedBackOff);
      const next = pace(now, retryAfter, Math.max(wait, untilItCounts), Math.max(askedWait, untilItCounts));
      return { kind: 'refused', ...said, count: count + 1, firstSeen, lastSeen: now, ...next };
    }
  }
}

/** The server took the refresh token, though not for the account's own access token. Pure. */
export function afterUse(before: RefreshProblem): RefreshProblem {
  return before.kind === 'unreachable' || before.kind === 'suspect' ? { kind: 'none' } : before;
}

/** The registration may be right by now: a person who has just corrected it should not wait for an hour. Pure. */
export function afterCorrection(before: RefreshProblem, now: number): RefreshProblem {
  return before.kind === 'misconfigured' && now >= before.forbiddenUntil ? { kind: 'none' } : before;
}

/** A try that was forced in between does not bring the next one forward. */
const noSooner = (before: Pace, next: Pace): Pace => ({
  failures: next.failures,
  retryAt: Math.max(before.retryAt, next.retryAt),
  askedRetryAt: Math.max(before.askedRetryAt, next.askedRetryAt),
  forbiddenUntil: Math.max(before.forbiddenUntil, next.forbiddenUntil),
});

/** The moment from which a refresh may be sent that nobody asks for; Infinity: never again. */
export function mayRefreshAt(problem: RefreshProblem, now: number): number {
  if (problem.kind === 'none') return now;
  return 'retryAt' in problem ? problem.retryAt : Number.POSITIVE_INFINITY;
}

/** Whether a refresh that somebody asks for may be sent now. `forced` skips our own back-off, never the server's Retry-After. */
export function mayRefresh(problem: RefreshProblem, moment: Pick<Moment, 'now' | 'forced'>): boolean {
  const { now, forced } = moment;
  if (problem.kind === 'none' || problem.kind === 'subject') return true;
  if (problem.kind === 'dead' || problem.kind === 'elsewhere') return false;
  return now >= (forced ? problem.forbiddenUntil : problem.askedRetryAt);
}

/** Whether only a new sign-in helps, once the access token has run out. */
export function needsSignIn(problem: RefreshProblem): boolean {
  if (problem.kind === 'dead' || problem.kind === 'moved') return true;
  if (problem.kind !== 'refused') return false;
  return problem.count >= refusalsThatCount && problem.lastSeen - problem.firstSeen >= refusalPeriod;
}

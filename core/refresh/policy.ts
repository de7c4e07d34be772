import { mayRefreshAt, type RefreshProblem } from '../accounts/refresh-problem.ts';

/** All the plan of an account's next refresh depends on. Durations are seconds. */
export interface RefreshFacts {
  /** Planned lifetime of the access token; Infinity where it never ends. */
  readonly lifetime: number;
  readonly secondsLeft: number;
  /** Since a token was last handed out; undefined: never in this process. */
  readonly sinceHandOut: number | undefined;
  /** Since the last token reply. */
  readonly sinceReply: number;
  /** Of the refresh token, from the last reply on; undefined where the server does not tell. */
  readonly refreshLifetime: number | undefined;
  /** Another token can be had without a person. */
  readonly renewable: boolean;
  /** Each request is counted, and a token that nobody uses is not wanted: there is no login to keep alive. */
  readonly counted: boolean;
  readonly problem: RefreshProblem;
  /** `on_demand`: the account or its service wants no refresh before a token is needed. */
  readonly mode: 'ahead' | 'on_demand';
  /** `Clock.monotonic()` in milliseconds, as the times of `problem`. */
  readonly now: number;
  /** Uniform in [0, 1), the same for one record: the plan must not move with every look. */
  readonly random: number;
}

export type RefreshPlan =
  | { readonly kind: 'none' }
  /** `delay` seconds from now; 0: now. `keep_alive`: so that the login itself does not die. */
  | { readonly kind: 'in'; readonly delay: number; readonly why: 'ahead' | 'keep_alive' };

const hour = 3_600;
const day = 24 * hour;
// Refresh tokens whose lifetime is unknown: the shortest idle limits seen in the wild are two weeks.
const assumedRefreshTokenLifetime = 14 * day;
const shortestMargin = 300;
// Below this, keeping a token fresh would mean asking the server all the time; such tokens are had on demand.
const shortestAhead = 20;
// With their back-off they take about half a minute.
const triesWithinGrace = 5;

/** Seconds before its end at which a token in use is refreshed: early enough for retries, never beyond half its life. */
export function refreshMargin(lifetime: number, random: number, counted = false): number {
  const jitter = 0.9 + 0.2 * random;
  return Math.min(Math.max(shortestMargin, lifetime * (counted ? 0.05 : 0.25)) * jitter, lifetime / 2);
}

/** Whether somebody uses the account: only then is a token kept fresh ahead of time. */
export function inUse(lifetime: number, sinceHandOut: number | undefined): boolean {
  return sinceHandOut !== undefined && sinceHandOut <= Math.max(hour, 2 * lifetime);
}

/**
 * A request whose answer got lost may have spent the token all the same, and a server that rotates forgives the second
 * use for seconds only: until then it is tried again even where nobody needs a token now.
 */
const mayBeSpent = (problem: RefreshProblem): boolean =>
  problem.kind === 'unreachable' && problem.maybeSpent && problem.failures <= triesWithinGrace;

/** When the scheduler refreshes next. Pure. */
export function planRefresh(facts: RefreshFacts): RefreshPlan {
  const { lifetime, problem, now } = facts;
  if (
    !facts.renewable ||
    problem.kind === 'dead' ||
    problem.kind === 'elsewhere' ||
    problem.kind === 'subject' ||
    lifetime === Number.POSITIVE_INFINITY
  )
    return { kind: 'none' };
  const forbidden = Math.max(0, (mayRefreshAt(problem, now) - now) / 1_000);
  if (mayBeSpent(problem) && !facts.counted) return { kind: 'in', delay: forbidden, why: 'keep_alive' };
  const used = facts.mode === 'ahead' && lifetime >= shortestAhead && inUse(lifetime, facts.sinceHandOut);
  if (facts.counted && !used) return { kind: 'none' };
  const keepAlive = Math.max(0, (facts.refreshLifetime ?? assumedRefreshTokenLifetime) / 2 - facts.sinceReply);
  if (used) {
    const due = Math.max(0, facts.secondsLeft - refreshMargin(lifetime, facts.random, facts.counted));
    return { kind: 'in', delay: Math.max(due, forbidden), why: 'ahead' };
  }
  return { kind: 'in', delay: Math.max(keepAlive, forbidden), why: 'keep_alive' };
}

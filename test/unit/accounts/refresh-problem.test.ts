import { describe, expect, it } from 'vitest';
import {
  afterCorrection,
  afterFailure,
  afterUse,
  mayRefresh,
  mayRefreshAt,
  needsSignIn,
  type RefreshFailure,
  type RefreshProblem,
} from '../../../core/accounts/refresh-problem.ts';

const none: RefreshProblem = { kind: 'none' };
const transient: RefreshFailure = { kind: 'transient', retryAfter: undefined, why: 'ECONNREFUSED' };
const invalidGrant: RefreshFailure = { kind: 'invalid_grant', retryAfter: undefined, why: 'gone' };
const refused: RefreshFailure = { kind: 'refused', retryAfter: undefined, why: 'status 400' };
const misconfigured: RefreshFailure = {
  kind: 'misconfigured',
  error: 'invalid_client',
  retryAfter: undefined,
  why: 'unknown',
};
const at = (now: number, forced = false) => ({ now, random: 0.5, forced });

describe('an unreachable server', () => {
  const waits = (which: 'retryAt' | 'askedRetryAt', random = 0.5): number[] => {
    let problem: RefreshProblem = none;
    let now = 0;
    return Array.from({ length: 20 }, () => {
      problem = afterFailure(problem, transient, { ...at(now), random });
      if (problem.kind !== 'unreachable') throw new Error(problem.kind);
      const wait = problem[which] - now;
      now = problem.retryAt;
      return wait;
    });
  };

  it('is tried again later and later, unasked never after more than 15 minutes', () => {
    expect(waits('retryAt').slice(0, 4)).toEqual([1_000, 2_000, 4_000, 8_000]);
    expect(Math.max(...waits('retryAt', 0))).toBeCloseTo(810_000);
    expect(Math.max(...waits('retryAt', 0.999))).toBeCloseTo(899_910);
  });

  it('is tried again for a caller after a minute at most', () => {
    expect(waits('askedRetryAt').slice(0, 4)).toEqual([1_000, 2_000, 4_000, 8_000]);
    for (const random of [0, 0.5, 0.999]) expect(Math.max(...waits('askedRetryAt', random))).toBeCloseTo(60_000);
  });

  it('is tried at other times for another account', () => {
    expect(waits('retryAt', 0)[0]).toBe(900);
    expect(waits('retryAt', 0.999)[0]).toBeCloseTo(1_100, -1);
  });

  it('is not asked before its Retry-After, not even by force', () => {
    const problem = afterFailure(none, { ...transient, retryAfter: 120 }, at(0));
    expect(mayRefresh(problem, { now: 119_999, forced: true })).toBe(false);
    expect(mayRefresh(problem, { now: 120_000, forced: true })).toBe(true);
  });

  it('is not asked before its Retry-After, whatever it said', () => {
    for (const failure of [invalidGrant, misconfigured, refused]) {
      const problem = afterFailure(none, { ...failure, retryAfter: 7_200 }, at(0));
      expect(mayRefresh(problem, { now: 7_199_999, forced: true })).toBe(false);
      expect(mayRefreshAt(problem, 0)).toBe(7_200_000);
    }
    const suspect = afterFailure(afterFailure(none, invalidGrant, at(0)), { ...transient, retryAfter: 60 }, at(2_000));
    expect(mayRefresh(suspect, { now: 61_999, forced: true })).toBe(false);
    expect(mayRefresh(suspect, { now: 62_000, forced: true })).toBe(true);
  });

  it('is not left alone for years because its Retry-After says so', () => {
    const problem = afterFailure(none, { ...transient, retryAfter: 999_999_999 }, at(0));
    expect(mayRefreshAt(problem, 0)).toBe(86_400_000);
  });

  it('is asked at once by force where it named no time', () => {
    const problem = afterFailure(none, transient, at(0));
    expect(mayRefresh(problem, { now: 1, forced: false })).toBe(false);
    expect(mayRefresh(problem, { now: 1, forced: true })).toBe(true);
  });

  it('whose answer gets lost is asked again as soon as if nothing had failed before, and then later and later', () => {
    const lost: RefreshFailure = { ...transient, replyLost: true };
    let problem: RefreshProblem = none;
    for (let times = 0; times < 10; times += 1) problem = afterFailure(problem, transient, at(0));
    problem = afterFailure(problem, lost, at(0));
    expect(problem).toMatchObject({ kind: 'unreachable', maybeSpent: true, failures: 1, retryAt: 1_000 });
    problem = afterFailure(problem, lost, at(1_000));
    expect(problem).toMatchObject({ maybeSpent: true, failures: 2, retryAt: 3_000 });
    expect(afterFailure(problem, transient, at(3_000))).toMatchObject({ maybeSpent: true, failures: 3 });
    expect(afterFailure(none, transient, at(0))).toMatchObject({ maybeSpent: false });
  });

  it('never ends a session, however long it lasts', () => {
    let problem: RefreshProblem = none;
    for (let i = 0; i < 1_000; i++) problem = afterFailure(problem, transient, at(i * 900_000));
    expect(needsSignIn(problem)).toBe(false);
  });
});

describe('invalid_grant', () => {
  it('once is a suspicion: the token is kept', () => {
    const problem = afterFailure(none, invalidGrant, at(0));
    expect(problem.kind).toBe('suspect');
    expect(needsSignIn(problem)).toBe(false);
  });

  it('twice within two seconds is still one sighting', () => {
    const problem = afterFailure(afterFailure(none, invalidGrant, at(0)), invalidGrant, at(1_999));
    expect(problem.kind).toBe('suspect');
  });

  it('twice with two seconds between retires the token for good', () => {
    const problem = afterFailure(afterFailure(none, invalidGrant, at(0)), invalidGrant, at(2_000));
    expect(problem.kind).toBe('dead');
    expect(mayRefresh(problem, { now: 1e9, forced: true })).toBe(false);
  });

  it('is confirmed at once by a forced call', () => {
    const suspect = afterFailure(none, invalidGrant, at(0));
    expect(mayRefresh(suspect, { now: 1, forced: true })).toBe(true);
    expect(afterFailure(suspect, invalidGrant, at(1, true)).kind).toBe('dead');
  });

  it('is looked into less and less while nobody can be reached', () => {
    let problem = afterFailure(none, invalidGrant, at(0));
    let now = 0;
    const waits = Array.from({ length: 14 }, () => {
      now = mayRefreshAt(problem, now);
      problem = afterFailure(problem, transient, at(now));
      return mayRefreshAt(problem, now) - now;
    });
    expect(waits.slice(0, 4)).toEqual([1_000, 2_000, 4_000, 8_000]);
    expect(waits.at(-1)).toBeCloseTo(855_000);
    expect(afterFailure(problem, invalidGrant, at(now)).kind).toBe('dead');
  });

  it('is neither cleared nor confirmed by a try that reached nobody', () => {
    const suspect = afterFailure(none, invalidGrant, at(0));
    const still = afterFailure(suspect, transient, at(5_000));
    expect(still).toMatchObject({ kind: 'suspect', firstSeen: 0 });
    expect(mayRefresh(still, { now: 5_001, forced: false })).toBe(false);
  });
});

describe('other refusals', () => {
  it('a client the server refuses is tried at most hourly', () => {
    const problem = afterFailure(none, misconfigured, at(0));
    expect(mayRefresh(problem, { now: 3_599_999, forced: false })).toBe(false);
    expect(mayRefresh(problem, { now: 3_600_000, forced: false })).toBe(true);
    expect(needsSignIn(problem)).toBe(false);
  });

  it('a bare refusal asks for a sign-in only after three tries over two minutes', () => {
    const twice = afterFailure(afterFailure(none, refused, at(0)), refused, at(200_000));
    expect(needsSignIn(twice)).toBe(false);
    const thrice = afterFailure(twice, refused, at(300_000));
    expect(needsSignIn(thrice)).toBe(true);
    expect(mayRefresh(thrice, { now: 1e9, forced: false })).toBe(true);
  });

  it('three refusals within two minutes are not enough', () => {
    let problem: RefreshProblem = none;
    for (const now of [0, 1_000, 2_000]) problem = afterFailure(problem, refused, at(now));
    expect(needsSignIn(problem)).toBe(false);
    expect(mayRefresh(problem, { now: 100_000, forced: false })).toBe(true);
    expect(needsSignIn(afterFailure(problem, refused, at(119_999)))).toBe(false);
    expect(needsSignIn(afterFailure(problem, refused, at(120_000)))).toBe(true);
  });

  it('the third try after a bare refusal comes when it can decide, and later ones later and later', () => {
    let problem: RefreshProblem = none;
    const tries = Array.from({ length: 6 }, () => {
      const now = mayRefreshAt(problem, 0);
      problem = afterFailure(problem, refused, at(now));
      return now;
    });
    expect(tries).toEqual([0, 16_000, 120_000, 184_000, 312_000, 568_000]);
  });

  it.each([
    ['a bare refusal', refused],
    ['a client the server refuses', misconfigured],
  ])('%s is not forgotten because the server is away for a while, which is asked less and less', (_what, failure) => {
    let problem = afterFailure(none, failure, at(0));
    const { kind } = problem;
    let now = 0;
    const tries = Array.from({ length: 14 }, () => {
      now = mayRefreshAt(problem, now);
      problem = afterFailure(problem, transient, at(now));
      return now;
    });
    expect(problem.kind).toBe(kind);
    expect(now - (tries.at(-2) ?? 0)).toBeCloseTo(855_000);
  });

  it('a client that is refused again is left alone for another hour', () => {
    const once = afterFailure(none, misconfigured, at(0));
    expect(mayRefreshAt(afterFailure(once, misconfigured, at(10_000, true)), 0)).toBe(3_610_000);
  });

  it('a client is tried anew once the person has corrected something, but for Retry-After', () => {
    const problem = afterFailure(none, { ...misconfigured, retryAfter: 60 }, at(0));
    expect(afterCorrection(problem, 59_999)).toBe(problem);
    expect(afterCorrection(problem, 60_000)).toEqual(none);
    const other = afterFailure(none, refused, at(0));
    expect(afterCorrection(other, 60_000)).toBe(other);
  });

  it.each([
    ['unreachable', transient, 'none'],
    ['suspect', invalidGrant, 'none'],
    ['misconfigured', misconfigured, 'misconfigured'],
    ['refused', refused, 'refused'],
  ])('a token that was taken for something else: %s', (kind, failure, after) => {
    const problem = afterFailure(none, failure, at(0));
    expect(problem.kind).toBe(kind);
    expect(afterUse(problem).kind).toBe(after);
  });

  it('a forced try that reaches nobody does not bring the hourly one forward', () => {
    const problem = afterFailure(afterFailure(none, misconfigured, at(0)), transient, at(10_000, true));
    expect(mayRefreshAt(problem, 0)).toBe(3_600_000);
  });
});

import { describe, expect, it } from 'vitest';
import {
  afterFailure,
  mayRefresh,
  needsSignIn,
  type RefreshFailure,
  type RefreshProblem,
} from '../../../core/accounts/refresh-problem.ts';

const none: RefreshProblem = { kind: 'none' };
const transient: RefreshFailure = { kind: 'transient', retryAfter: undefined, why: 'ECONNREFUSED' };
const invalidGrant: RefreshFailure = { kind: 'invalid_grant', why: 'gone' };
const refused: RefreshFailure = { kind: 'refused', why: 'status 400' };
const at = (now: number, forced = false) => ({ now, random: 0.5, forced });

describe('an unreachable server', () => {
  it('is tried again later and later, never after more than a minute', () => {
    let problem: RefreshProblem = none;
    let now = 0;
    const waits: number[] = [];
    for (let i = 0; i < 12; i++) {
      problem = afterFailure(problem, transient, at(now));
      if (problem.kind !== 'unreachable') throw new Error(problem.kind);
      waits.push(problem.retryAt - now);
      now = problem.retryAt;
    }
    expect(waits.slice(0, 4)).toEqual([1_000, 2_000, 4_000, 8_000]);
    expect(Math.max(...waits)).toBe(60_000);
  });

  it('is not asked before its Retry-After, not even by force', () => {
    const problem = afterFailure(none, { ...transient, retryAfter: 120 }, at(0));
    expect(mayRefresh(problem, { now: 119_999, forced: true })).toBe(false);
    expect(mayRefresh(problem, { now: 120_000, forced: true })).toBe(true);
  });

  it('is asked at once by force where it named no time', () => {
    const problem = afterFailure(none, transient, at(0));
    expect(mayRefresh(problem, { now: 1, forced: false })).toBe(false);
    expect(mayRefresh(problem, { now: 1, forced: true })).toBe(true);
  });

  it('never ends a session, however long it lasts', () => {
    let problem: RefreshProblem = none;
    for (let i = 0; i < 1_000; i++) problem = afterFailure(problem, transient, at(i * 900_000));
    expect(needsSignIn(problem, 900_000_000)).toBe(false);
  });
});

describe('invalid_grant', () => {
  it('once is a suspicion: the token is kept', () => {
    const problem = afterFailure(none, invalidGrant, at(0));
    expect(problem.kind).toBe('suspect');
    expect(needsSignIn(problem, 1_000_000)).toBe(false);
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

  it('is neither cleared nor confirmed by a try that reached nobody', () => {
    const suspect = afterFailure(none, invalidGrant, at(0));
    const still = afterFailure(suspect, transient, at(5_000));
    expect(still).toMatchObject({ kind: 'suspect', firstSeen: 0 });
    expect(mayRefresh(still, { now: 5_001, forced: false })).toBe(false);
  });
});

describe('other refusals', () => {
  it('a client the server refuses is tried at most hourly', () => {
    const problem = afterFailure(none, { kind: 'misconfigured', error: 'invalid_client', why: 'unknown' }, at(0));
    expect(mayRefresh(problem, { now: 3_599_999, forced: false })).toBe(false);
    expect(mayRefresh(problem, { now: 3_600_000, forced: false })).toBe(true);
    expect(needsSignIn(problem, 1e9)).toBe(false);
  });

  it('a bare refusal asks for a sign-in only after three tries over two minutes', () => {
    const twice = afterFailure(afterFailure(none, refused, at(0)), refused, at(200_000));
    expect(needsSignIn(twice, 200_000)).toBe(false);
    const thrice = afterFailure(twice, refused, at(300_000));
    expect(needsSignIn(thrice, 300_000)).toBe(true);
    expect(mayRefresh(thrice, { now: 1e9, forced: false })).toBe(true);
  });

  it('three refusals within two minutes are not enough', () => {
    let problem: RefreshProblem = none;
    for (const now of [0, 1_000, 2_000]) problem = afterFailure(problem, refused, at(now));
    expect(needsSignIn(problem, 2_000)).toBe(false);
  });
});

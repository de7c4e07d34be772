import { describe, expect, it } from 'vitest';
import { inUse, planRefresh, type RefreshFacts, refreshMargin } from '../../../core/refresh/policy.ts';

const facts: RefreshFacts = {
  lifetime: 3_600,
  secondsLeft: 3_600,
  sinceHandOut: 0,
  refreshLifetime: undefined,
  sinceReply: 0,
  renewable: true,
  counted: false,
  problem: { kind: 'none' },
  mode: 'ahead',
  now: 1_000_000,
  random: 0.5,
};
const day = 86_400;
const plan = (changes: Partial<RefreshFacts>) => planRefresh({ ...facts, ...changes });

describe('the margin', () => {
  it.each([
    { lifetime: 3_600, random: 0.5, margin: 900 },
    { lifetime: 3_600, random: 0, margin: 810 },
    { lifetime: 1_000, random: 0.5, margin: 300 },
    { lifetime: 500, random: 0.5, margin: 250 },
    { lifetime: 500, random: 1, margin: 250 },
    { lifetime: 30, random: 0.5, margin: 15 },
    { lifetime: 86_400, random: 1, margin: 23_760 },
  ])('of $lifetime s is $margin s', ({ lifetime, random, margin }) => {
    expect(refreshMargin(lifetime, random)).toBeCloseTo(margin, 6);
  });
});

describe('an account', () => {
  it.each([
    [3_600, 3_600, true],
    [3_600, 7_200, true],
    [3_600, 7_201, false],
    [60, 3_600, true],
    [60, 3_601, false],
    [3_600, undefined, false],
  ])('with a lifetime of %i s, last handed out %s s ago: in use %s', (lifetime, since, expected) => {
    expect(inUse(lifetime, since)).toBe(expected);
  });
});

describe('the plan', () => {
  it('is to refresh a token in use ahead of its end', () => {
    expect(plan({})).toEqual({ kind: 'in', delay: 2_700, why: 'ahead' });
    expect(plan({ secondsLeft: 1_000 })).toEqual({ kind: 'in', delay: 100, why: 'ahead' });
    expect(plan({ secondsLeft: 10 })).toEqual({ kind: 'in', delay: 0, why: 'ahead' });
    expect(plan({ secondsLeft: Number.NEGATIVE_INFINITY })).toEqual({ kind: 'in', delay: 0, why: 'ahead' });
  });

  it('is to keep the login of an idle account alive', () => {
    expect(plan({ sinceHandOut: undefined })).toEqual({ kind: 'in', delay: 7 * day, why: 'keep_alive' });
    expect(plan({ sinceHandOut: 10 * day, sinceReply: 6 * day })).toEqual({
      kind: 'in',
      delay: day,
      why: 'keep_alive',
    });
    expect(plan({ sinceHandOut: undefined, sinceReply: 30 * day })).toMatchObject({ delay: 0 });
  });

  it('is never ahead of time where a refresh kills the token in use', () => {
    expect(plan({ mode: 'on_demand', secondsLeft: 10 })).toEqual({ kind: 'in', delay: 7 * day, why: 'keep_alive' });
  });

  it('is never ahead of time for a token that lives for seconds only', () => {
    expect(plan({ lifetime: 19, secondsLeft: 1 })).toMatchObject({ why: 'keep_alive' });
    expect(plan({ lifetime: 20, secondsLeft: 1 })).toMatchObject({ why: 'ahead', delay: 0 });
  });

  const unreachable = (failures: number, retryAt: number, maybeSpent = true) =>
    ({ kind: 'unreachable', why: 'x', maybeSpent, failures, retryAt, askedRetryAt: 0, forbiddenUntil: 0 }) as const;

  it('waits for the end of a back-off', () => {
    const problem = unreachable(6, facts.now + 60_000);
    expect(plan({ secondsLeft: 10, problem })).toMatchObject({ delay: 60 });
    expect(plan({ secondsLeft: 3_600, problem })).toMatchObject({ delay: 2_700 });
  });

  it('is to try again soon what may have spent the token, whoever needs one now', () => {
    const problem = unreachable(1, facts.now + 2_000);
    expect(plan({ problem })).toMatchObject({ delay: 2 });
    expect(plan({ problem, sinceHandOut: undefined })).toMatchObject({ delay: 2 });
    expect(plan({ problem, mode: 'on_demand' })).toMatchObject({ delay: 2 });
    const unsent = unreachable(1, facts.now + 2_000, false);
    expect(plan({ problem: unsent, sinceHandOut: undefined })).toMatchObject({ delay: 7 * day });
    const later = unreachable(6, facts.now + 2_000);
    expect(plan({ problem: later, sinceHandOut: undefined })).toMatchObject({ delay: 7 * day });
  });

  it.each([
    ['no refresh token', { renewable: false }],
    ['a session that has ended', { problem: { kind: 'dead', why: 'x' } }],
    ['a token that never ends', { lifetime: Number.POSITIVE_INFINITY, secondsLeft: Number.POSITIVE_INFINITY }],
  ] as const)('is nothing with %s', (_case, changes) => {
    expect(plan(changes)).toEqual({ kind: 'none' });
  });

  describe('of tokens that are counted and billed', () => {
    const counted: RefreshFacts = { ...facts, counted: true, lifetime: 86_400, secondsLeft: 86_400, random: 0.5 };

    it('comes at 5 % of the life before its end, at least 300 s and never before half of it', () => {
      expect(planRefresh(counted)).toEqual({ kind: 'in', delay: 86_400 - 4_320, why: 'ahead' });
      expect(planRefresh({ ...counted, lifetime: 3_600, secondsLeft: 3_600 })).toMatchObject({ delay: 3_300 });
      expect(planRefresh({ ...counted, lifetime: 400, secondsLeft: 400 })).toMatchObject({ delay: 200 });
    });

    it('does not come while nobody uses them', () => {
      expect(planRefresh({ ...counted, sinceHandOut: undefined })).toEqual({ kind: 'none' });
      expect(planRefresh({ ...counted, mode: 'on_demand' })).toEqual({ kind: 'none' });
    });
  });
});

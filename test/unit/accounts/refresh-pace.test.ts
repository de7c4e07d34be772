import { describe, expect, it } from 'vitest';
import {
  afterFailure,
  mayRefresh,
  mayRefreshAt,
  needsSignIn,
  type RefreshFailure,
  type RefreshProblem,
} from '../../../core/accounts/refresh-problem.ts';

const start = 50_000_000;
const said = { retryAfter: undefined, why: 'x' };
const refused: RefreshFailure = { kind: 'refused', ...said };
const invalidGrant: RefreshFailure = { kind: 'invalid_grant', ...said };
const none: RefreshProblem = { kind: 'none' };
const dead: RefreshProblem = { kind: 'dead', why: 'x' };

/** The problem after failures at these times, in milliseconds from the start. */
const problemAfter = (failures: readonly (readonly [RefreshFailure, number])[], forced = false): RefreshProblem =>
  failures.reduce<RefreshProblem>(
    (problem, [failure, at]) => afterFailure(problem, failure, { now: start + at, random: 0.5, forced }),
    none,
  );

describe('invalid_grant seen twice', () => {
  it.each([
    [0, 'suspect'],
    [1_999, 'suspect'],
    [2_000, 'dead'],
  ])('%d ms apart leaves the token %s', (apart, kind) => {
    expect(
      problemAfter([
        [invalidGrant, 0],
        [invalidGrant, apart],
      ]).kind,
    ).toBe(kind);
  });

  it('counts at once where the second try was forced', () => {
    expect(
      problemAfter(
        [
          [invalidGrant, 0],
          [invalidGrant, 1],
        ],
        true,
      ).kind,
    ).toBe('dead');
  });
});

describe('a dead token', () => {
  it('is never sent again', () => {
    expect(mayRefreshAt(dead, start)).toBe(Number.POSITIVE_INFINITY);
    expect(mayRefresh(dead, { now: start, forced: true })).toBe(false);
    expect(mayRefresh(dead, { now: start, forced: false })).toBe(false);
    expect(afterFailure(dead, refused, { now: start, random: 0.5, forced: false })).toBe(dead);
  });
});

describe('refusals without a reason', () => {
  it('are asked about at growing distances, and by a caller each minute', () => {
    const often = Array.from({ length: 8 }, (_, index) => [refused, index * 1_000] as const);
    const waits = often.map((_, index) => {
      const problem = problemAfter(often.slice(0, index + 1));
      if (problem.kind !== 'refused') throw new Error(problem.kind);
      return [problem.retryAt, problem.askedRetryAt].map((at) => (at - start - index * 1_000) / 1_000);
    });
    expect(waits).toEqual([
      [16, 16],
      [119, 119],
      [64, 60],
      [128, 60],
      [256, 60],
      [512, 60],
      [855, 60],
      [855, 60],
    ]);
  });

  it('end a login when three of them span two minutes', () => {
    const spanning = (last: number) =>
      problemAfter([
        [refused, 0],
        [refused, 60_000],
        [refused, last],
      ]);
    expect(needsSignIn(spanning(119_999))).toBe(false);
    expect(needsSignIn(spanning(120_000))).toBe(true);
    expect(
      needsSignIn(
        problemAfter([
          [refused, 0],
          [refused, 300_000],
        ]),
      ),
    ).toBe(false);
  });

  it.each<RefreshProblem>([
    none,
    problemAfter([[invalidGrant, 0]]),
    problemAfter([[{ kind: 'transient', ...said }, 0]]),
  ])('are the only doubt that ends a login: $kind does not', (problem) => {
    expect(needsSignIn(problem)).toBe(false);
  });
});

describe('a try that reached nobody', () => {
  const lost: RefreshFailure = { kind: 'transient', retryAfter: undefined, why: 'later words' };

  it('is told with its own words while nothing else is known', () => {
    expect(
      problemAfter([
        [{ kind: 'transient', ...said }, 0],
        [lost, 5_000],
      ]),
    ).toMatchObject({
      kind: 'unreachable',
      why: 'later words',
      failures: 2,
    });
  });

  it.each([invalidGrant, refused])('leaves %j standing', (failure) => {
    const before = problemAfter([[failure, 0]]);
    expect(
      problemAfter([
        [failure, 0],
        [lost, 5_000],
      ]),
    ).toMatchObject({ kind: before.kind, why: 'x' });
  });
});

import { describe, expect, it } from 'vitest';
import { formatDuration, secondsUntil } from '../../../cli/output/duration.ts';

describe('formatDuration', () => {
  it.each([
    [0, '0 s'],
    [-5, '0 s'],
    [12.9, '12 s'],
    [119, '119 s'],
    [120, '2 min'],
    [42 * 60 + 59, '42 min'],
    [7199, '119 min'],
    [6 * 3600, '6 h'],
    [172_799, '47 h'],
    [3 * 86_400, '3 d'],
    [Number.NaN, '-'],
    [Number.POSITIVE_INFINITY, '-'],
  ])('%d seconds is %s', (seconds, text) => {
    expect(formatDuration(seconds)).toBe(text);
  });
});

it('secondsUntil is negative once the time has passed', () => {
  const now = Date.parse('2026-11-23T09:00:00Z');
  expect(secondsUntil('2026-11-23T09:01:00.000Z', now)).toBe(60);
  expect(secondsUntil('2026-11-23T08:59:00.000Z', now)).toBe(-60);
});

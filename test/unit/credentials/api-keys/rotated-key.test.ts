import { describe, expect, it } from 'vitest';
import { daysOf, nextName } from '../../../../core/credentials/api-keys/rotated-key.ts';

describe('the name of a key that takes the place of', () => {
  it.each([
    ['ci', [], 'ci-2'],
    ['ci-2', [], 'ci-3'],
    ['ci', ['ci', 'ci-2', 'ci-3'], 'ci-4'],
    ['ci-9', ['ci-9', 'ci-10'], 'ci-11'],
    ['backup-2026', [], 'backup-2026-2'],
    ['prod-2026q1', [], 'prod-2026q1-2'],
    ['ci-0', [], 'ci-0-2'],
    ['-2', [], '-2-2'],
  ] as const)('%s, with %j taken, is another one', (name, taken, next) => {
    expect(nextName(name, new Set(taken))).toBe(next);
  });
});

describe('the days of a key', () => {
  const day = 86_400_000;
  it.each([
    [90 * day, 90],
    [90 * day - 1_000, 90],
    [day / 4, 1],
    [900 * day, 365],
  ] as const)('that lives %d ms are %d', (life, days) => {
    expect(daysOf({ createdAt: 5, expiresAt: 5 + life })).toBe(days);
  });

  it('without an end are not told', () => {
    expect(daysOf({ createdAt: 5, expiresAt: undefined })).toBeUndefined();
    expect(daysOf({ createdAt: undefined, expiresAt: 5 })).toBeUndefined();
  });
});

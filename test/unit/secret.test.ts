import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { Secret } from '../../core/secret.ts';

const value = 'gho_0123456789abcdef';

describe('a secret', () => {
  const secret = new Secret(value);

  it.each([
    ['interpolated', () => `${secret}`],
    ['concatenated', () => `token: ${String(secret)}`],
    ['serialised', () => JSON.stringify({ secret })],
    ['inspected', () => inspect({ deep: [secret] }, { depth: 9, showHidden: true })],
    ['in an error', () => inspect(new Error('failed', { cause: secret }))],
    ['enumerated', () => JSON.stringify(Object.entries(secret))],
    ['cloned', () => JSON.stringify(structuredClone({ ...secret }))],
  ])('does not show when %s', (_how, print) => {
    expect(print()).not.toContain(value);
  });

  it('is given only by reveal()', () => {
    expect(secret.reveal()).toBe(value);
  });

  it('is compared by value', () => {
    expect(secret.equals(new Secret(value))).toBe(true);
    expect(secret.equals(new Secret(`${value}0`))).toBe(false);
    expect(secret.equals(new Secret('gho_0123456789abcdeg'))).toBe(false);
  });
});

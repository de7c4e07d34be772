import { describe, expect, it } from 'vitest';
import { isErrorCode, withoutTokens, withoutValues } from '../../../core/untrusted/server-text.ts';

describe('an error code', () => {
  it.each(['invalid_grant', 'x', 'x'.repeat(100), '!', '#', '[', ']', '~', 'a b'])('may be %s', (code) => {
    expect(isErrorCode(code)).toBe(true);
  });

  it.each(['', ' ', '   ', '"', '\\', '\u001f', '\u007f', 'é', 'x\n', 'x'.repeat(101), 7, null, undefined, ['x']])(
    'is not %j',
    (code) => {
      expect(isErrorCode(code)).toBe(false);
    },
  );
});

describe('values of the request', () => {
  it('are taken out wherever they are repeated', () => {
    expect(withoutValues('secret1 and secret2, secret1', ['secret1', 'secret2'])).toBe(
      '[secret] and [secret], [secret]',
    );
  });

  it('stay where they are too short to be a secret', () => {
    expect(withoutValues('a short one', ['short', ''])).toBe('a short one');
    expect(withoutValues('a longer one', ['longer'])).toBe('a [secret] one');
  });
});

describe('a long word', () => {
  it.each([
    ['digits among small letters', 'abcdefghij0123456789'],
    ['digits among capitals', 'ABCDEFGHIJ0123456789'],
    ['both cases', 'abcdefghijABCDEFGHIJ'],
    ['dots within', 'abcdefghij0123456789.abc+d/e=f'],
    ['nearly the form of a UUID', '0a1b2c3d-0000-4000-8000-123456789abcd'],
    ['a UUID in a longer word', 'x0a1b2c3d-0000-4000-8000-123456789abc'],
  ])('with %s is taken for a token', (_what, word) => {
    expect(withoutTokens(`(${word})`)).toBe('([secret])');
  });

  it.each([
    ['digits only', '01234567890123456789'],
    ['small letters only', 'abcdefghijabcdefghij'],
    ['capitals only', 'ABCDEFGHIJABCDEFGHIJ'],
    ['nineteen characters', 'abcdefghi0123456789'],
    ['the form of a UUID', '0a1b2c3d-0000-4000-8000-123456789abc'],
    ['the form of a UUID in capitals', '0A1B2C3D-0000-4000-8000-123456789ABC'],
  ])('with %s stays', (_what, word) => {
    expect(withoutTokens(`(${word})`)).toBe(`(${word})`);
  });
});

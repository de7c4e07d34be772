import { parseEnv } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { withVariable } from '../../../core/imports/env/env-text.ts';

describe('a variable that is set in a .env file', () => {
  it.each([
    ['', 'K=v\n'],
    ['A=1', 'A=1\nK=v\n'],
    ['A=1\r\n', 'A=1\r\nK=v\r\n'],
    ['# a\nK=old\nB=2\n', '# a\nB=2\nK=v\n'],
    ['K="a\nb"\nB=2\n', 'B=2\nK=v\n'],
  ])('in %j', (before, after) => expect(withVariable(before, 'K', 'v')).toBe(after));

  it('is read back as it was given, whatever it holds, or not written at all', () => {
    const value = fc.string({ unit: fc.constantFrom(...`abc #'"\`$\\=\n-`), maxLength: 12 });
    fc.assert(
      fc.property(value, (given) => {
        const text = withVariable('A=1\n', 'K', given);
        if (text !== undefined) expect({ ...parseEnv(text) }).toEqual({ A: '1', K: given });
      }),
    );
    expect(withVariable('', 'K', 'qk_A b#c')).toBe("K='qk_A b#c'\n");
    expect(withVariable('', 'K', `'"\``)).toBeUndefined();
  });
});

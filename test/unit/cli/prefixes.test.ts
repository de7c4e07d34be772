import { describe, expect, it } from 'vitest';
import { addPrefix, prefixesOf } from '../../../cli/prefixes.ts';

const all = (...written: readonly string[]) =>
  written.reduce<ReturnType<typeof addPrefix>>((before, one) => addPrefix(one, before), []);

describe('--prefix', () => {
  it('is for the only account there is, or for the one it names', () => {
    expect([...prefixesOf(all('PROD_'), ['dataiku@prod'])]).toEqual([['dataiku@prod', 'PROD_']]);
    expect([...prefixesOf(all('a=A_', 'b@x=B_'), ['a', 'b@x'])]).toEqual([
      ['a', 'A_'],
      ['b@x', 'B_'],
    ]);
    expect([...prefixesOf(undefined, ['a'])]).toEqual([]);
  });

  it.each(['', '1_', 'a=', 'a=b c', 'A=B=C'])('%j is none', (written) => {
    expect(() => addPrefix(written)).toThrow(/not a prefix/);
  });

  it('says what is wrong where nobody knows whose it is', () => {
    expect(() => prefixesOf(all('P_'), ['a', 'b'])).toThrow('whose prefix is P_?');
    expect(() => prefixesOf(all('c=P_'), ['a', 'b'])).toThrow('c is not one of the accounts');
  });
});

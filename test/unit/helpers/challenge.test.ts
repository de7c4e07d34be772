import { describe, expect, it } from 'vitest';
import { offeredSchemes } from '../../../core/helpers/challenge.ts';

describe('offered schemes', () => {
  it.each([
    [['Basic realm="GitHub"'], ['basic']],
    [['Bearer realm="lab", error="invalid_token"'], ['bearer']],
    [
      ['bearer realm=x', 'BASIC realm=y'],
      ['bearer', 'basic'],
    ],
    [['Basic realm="a", Bearer realm="b", charset="UTF-8"'], ['basic', 'bearer']],
    [
      ['Negotiate', 'Basic'],
      ['negotiate', 'basic'],
    ],
    [['Negotiate YII=, Basic realm="x"'], ['negotiate', 'basic']],
    [['Digest realm="say \\"hi, Bearer x\\"", nonce="1"'], ['digest']],
    [['Basic realm="one, Bearer two"'], ['basic']],
    [['Basic realm = "x"'], ['basic']],
    [['realm="x"'], []],
    [[''], []],
    [[], []],
  ])('%j', (headers, schemes) => {
    expect([...offeredSchemes(headers)]).toEqual(schemes);
  });
});

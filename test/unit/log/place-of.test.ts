import { describe, expect, it } from 'vitest';
import { KeytrayError, placeOf } from '../../../core/errors.ts';
import { Secret } from '../../../core/secret.ts';

const token = 'Zq3-77aTokenTokenToken_0123456789';

function failing(input: string): unknown {
  try {
    return JSON.parse(input);
  } catch (error) {
    return error;
  }
}

describe('the place of an error', () => {
  it('is its kind, its code and its frames', () => {
    const error = Object.assign(new TypeError('words'), { code: 'ERR_INVALID_ARG_TYPE' });
    expect(placeOf(error)).toMatch(/^TypeError \(ERR_INVALID_ARG_TYPE\) at .*place-of\.test\.ts:\d+/);
    expect(placeOf(error)).not.toContain('words');
    expect(placeOf(error)).not.toContain('\n');
  });

  it.each<[string, unknown]>([
    ['quotes what it failed on', failing(token)],
    ['is ours', new KeytrayError('internal_error', token)],
    ['has causes', new Error(token, { cause: new Error(token, { cause: new Secret(token) }) })],
    ['has many lines', new Error(`first\n    at ${token} (/x.ts:1:1)\n    at ${token}`)],
    ['got new words', Object.assign(new Error(`a\n    at ${token} (/x.ts:1:1)`), { message: 'other' })],
    ['has fields', Object.assign(new Error('x'), { token, code: token, headers: { authorization: token } })],
    ['calls itself so', Object.assign(new Error('x'), { name: token })],
    ['is a text', token],
    ['is a secret', new Secret(token)],
    ['is an object', { token }],
    ['is nothing', undefined],
  ])('has no word of one that %s', (_what, error) => {
    expect(placeOf(error)).not.toContain(token);
  });
});

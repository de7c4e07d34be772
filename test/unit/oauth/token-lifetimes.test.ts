import { describe, expect, it } from 'vitest';
import { readRefreshToken, readTokenReply } from '../../../core/oauth/token-body.ts';
import { noEnd } from '../../../core/untrusted/lifetime.ts';

const read = (members: object) => readTokenReply({ access_token: 'a', token_type: 'bearer', ...members });

describe('the lifetime of an access token', () => {
  it.each([
    [0, 0],
    [1.5, 1],
    ['1.5', 1],
    ['0', 0],
    ['60', 60],
    ['60 s', undefined],
    ['-60', undefined],
    ['x60', undefined],
    [315_360_000, 315_360_000],
    [315_360_001, noEnd],
    ['9223372036854775807', noEnd],
    ['9'.repeat(400), noEnd],
    [1e300, noEnd],
    [[], undefined],
    [{}, undefined],
    ['', undefined],
    ['1e3', undefined],
    [Number.NaN, undefined],
    [Number.NEGATIVE_INFINITY, undefined],
    [-0.1, undefined],
    [true, undefined],
  ])('%j', (expires_in, seconds) => {
    expect(read({ expires_in })?.expiresIn).toBe(seconds);
  });
});

describe('the lifetime of a login', () => {
  it.each([
    [{}, undefined],
    [{ refresh_token_expires_in: 100 }, 100],
    [{ refresh_expires_in: '200' }, 200],
    [{ refresh_token_expires_in: 100, refresh_expires_in: 200 }, 100],
    [{ refresh_token_expires_in: 'never', refresh_expires_in: 200 }, 200],
    [{ refresh_expires_in: 0 }, undefined],
  ])('%j', (members, seconds) => {
    expect(read(members)?.loginExpiresIn).toBe(seconds);
  });
});

describe('a token reply', () => {
  it.each(['bearer', 'Bearer', 'BEARER'])('may call its token %s', (token_type) => {
    expect(read({ token_type })?.tokenType).toBe('bearer');
  });

  it.each(['', 'bearer ', 'mac', null, 7])('is none with a token of type %j', (token_type) => {
    expect(read({ token_type })).toBeUndefined();
  });

  it('is kept by its wire names too, unseen', () => {
    const body = read({ id_token: 'i', refresh_token: 'r', unknown: 1 });
    expect(body?.wire).toEqual({ access_token: 'a', token_type: 'bearer', id_token: 'i', refresh_token: 'r' });
    expect(Object.keys(body ?? {})).not.toContain('wire');
  });
});

describe('the refresh token of a reply that is no good', () => {
  it.each([
    [{ refresh_token: 'r' }, 'r'],
    [{ refresh_token: 'r', token_type: 'mac', access_token: 7 }, 'r'],
    [{ refresh_token: '' }, undefined],
    [{ refresh_token: null }, undefined],
    [{}, undefined],
    ['text', undefined],
    [undefined, undefined],
  ])('of %j', (json, token) => {
    expect(readRefreshToken(json)?.reveal()).toBe(token);
  });
});

import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { readTokenReply } from '../../../core/oauth/token-body.ts';

const minimal = { access_token: 'a', token_type: 'Bearer' };

describe('readTokenReply', () => {
  it('reads a whole reply', () => {
    const body = readTokenReply({
      ...minimal,
      refresh_token: 'r',
      id_token: 'i',
      scope: 'x y',
      expires_in: 60,
      more: true,
    });
    expect(body?.accessToken.reveal()).toBe('a');
    expect(body?.refreshToken?.reveal()).toBe('r');
    expect(body?.idToken?.reveal()).toBe('i');
    expect(body).toMatchObject({ tokenType: 'bearer', scope: 'x y', expiresIn: 60 });
  });

  it.each([
    ['null members', { refresh_token: null, id_token: null, scope: null, expires_in: null }],
    ['empty members', { refresh_token: '', id_token: '', scope: '', expires_in: '' }],
    ['members of another type', { refresh_token: 1, id_token: {}, scope: [], expires_in: 'never' }],
    ['a lifetime below zero', { expires_in: -1 }],
  ])('treats %s as missing', (_what, members) => {
    expect(readTokenReply({ ...minimal, ...members })).toMatchObject({
      refreshToken: undefined,
      idToken: undefined,
      scope: undefined,
      expiresIn: undefined,
    });
  });

  it('reads a lifetime written as text', () => {
    expect(readTokenReply({ ...minimal, expires_in: '3600' })?.expiresIn).toBe(3600);
  });

  it.each([
    ['no object', 'text'],
    ['nothing', undefined],
    ['an error', { error: 'invalid_grant' }],
    ['no access token', { token_type: 'bearer' }],
    ['an empty access token', { access_token: '', token_type: 'bearer' }],
    ['no token type', { access_token: 'a' }],
    ['a token that is bound to a key we do not have', { access_token: 'a', token_type: 'DPoP' }],
  ])('is no token reply: %s', (_what, json) => {
    expect(readTokenReply(json)).toBeUndefined();
  });

  it.each([
    ['access_token', 'a\n'],
    ['access_token', 'a\u001b[2J'],
    ['refresh_token', 'r\u009b'],
    ['id_token', 'i\u202e'],
  ])('is no token reply where %s has characters no token may have', (member, value) => {
    expect(readTokenReply({ ...minimal, [member]: value })).toBeUndefined();
  });

  it('has scopes that can be shown', () => {
    expect(readTokenReply({ ...minimal, scope: 'read\u009b2J\u202e write' })?.scope).toBe('read 2J write');
  });

  it('can be printed', () => {
    const body = readTokenReply({
      access_token: 'hidden-access',
      token_type: 'bearer',
      refresh_token: 'hidden-refresh',
    });
    expect(`${inspect(body)}${JSON.stringify(body)}`).not.toContain('hidden');
  });
});

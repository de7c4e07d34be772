import { describe, expect, it } from 'vitest';
import { receiptNow, recordOfRefresh, recordOfSignIn } from '../../../core/accounts/token-records.ts';
import type { TokenReply } from '../../../core/oauth/token-reply.ts';
import { Secret } from '../../../core/secret.ts';
import { accountSettings } from '../../support/authorization-server.ts';
import { ManualClock } from '../../support/manual-clock.ts';

const ada = { issuer: 'https://as', subject: '1', email: 'ada@lab.example', name: 'ada' };
const settings = accountSettings({ id: 'lab', clientId: 'keytray', issuer: 'https://as' });

const bare: TokenReply = {
  accessToken: new Secret('access-2'),
  refreshToken: undefined,
  idToken: undefined,
  tokenType: 'dpop',
  scope: undefined,
  expiresIn: undefined,
  loginExpiresIn: undefined,
  clockSkew: undefined,
  identity: undefined,
};
const whole: TokenReply = {
  accessToken: new Secret('access-1'),
  refreshToken: new Secret('refresh-1'),
  idToken: new Secret('id-1'),
  tokenType: 'bearer',
  scope: 'openid',
  expiresIn: 600,
  loginExpiresIn: 86_400,
  clockSkew: 3,
  identity: ada,
};

const endpoints = { token: 'https://as/token' };
const issuing = { endpoints, learned: { clientAuth: 'post' } } as const;
const begin = (reply = whole) => {
  const clock = new ManualClock();
  return { clock, first: recordOfSignIn(settings, reply, issuing, clock, 7) };
};

describe('the record of a sign-in', () => {
  it('says what came, when, and for which registration', () => {
    const { clock, first } = begin();
    expect(first).toEqual({
      grant: 'authorization_code',
      accessToken: whole.accessToken,
      refreshToken: whole.refreshToken,
      idToken: whole.idToken,
      idTokenRenewed: undefined,
      tokenType: 'bearer',
      scope: 'openid',
      lifetime: 600,
      obtainedAt: clock.now(),
      bootId: 'boot-1',
      uptime: 10_000,
      generation: 7,
      clockSkew: 3,
      identity: ada,
      clientId: 'keytray',
      issuer: 'https://as',
      endpoints,
      signedInAt: clock.now(),
      loginEnd: { at: clock.now() + 86_400_000, moves: 'unknown' },
      sessionEnded: false,
      learned: { clientAuth: 'post' },
    });
  });

  it('knows no end where the server tells none', () => {
    expect(begin({ ...whole, loginExpiresIn: undefined }).first.loginEnd).toBeUndefined();
  });
});

describe('the record after a refresh', () => {
  it('keeps what the reply leaves out, but no lifetime', () => {
    const { clock, first } = begin();
    clock.advance(60_000);
    expect(recordOfRefresh(first, { reply: bare, receipt: receiptNow(clock), ...issuing }, 8)).toEqual({
      ...first,
      idTokenRenewed: false,
      accessToken: bare.accessToken,
      tokenType: 'dpop',
      lifetime: undefined,
      obtainedAt: first.obtainedAt + 60_000,
      uptime: 10_060,
      generation: 8,
    });
  });

  it('takes what the reply brings', () => {
    const { clock, first } = begin();
    const reply = {
      ...bare,
      refreshToken: new Secret('refresh-2'),
      idToken: new Secret('id-2'),
      scope: 'less',
      expiresIn: 60,
      clockSkew: 0,
    };
    expect(recordOfRefresh(first, { reply: reply, receipt: receiptNow(clock), ...issuing }, 8)).toMatchObject({
      refreshToken: reply.refreshToken,
      idToken: reply.idToken,
      scope: 'less',
      lifetime: 60,
      clockSkew: 0,
    });
  });

  it('does not take an ID token that was sent again for a renewed one', () => {
    const { clock, first } = begin();
    for (const [idToken, renewed] of [
      [new Secret('id-1'), false],
      [new Secret('id-2'), true],
    ] as const) {
      const renewal = { reply: { ...bare, idToken }, receipt: receiptNow(clock), ...issuing };
      expect(recordOfRefresh(first, renewal, 8).idTokenRenewed).toBe(renewed);
    }
  });

  it('keeps what the server shows now', () => {
    const { clock, first } = begin();
    const renewal = { reply: bare, receipt: receiptNow(clock), endpoints, learned: undefined };
    expect(recordOfRefresh(first, renewal, 8).learned).toBeUndefined();
  });

  it('takes no ID token of another person, and keeps who it was', () => {
    const { clock, first } = begin();
    const reply = { ...whole, accessToken: new Secret('access-2'), idToken: new Secret('id-of-bob') };
    for (const identity of [
      { ...ada, subject: 'bob' },
      { ...ada, issuer: 'https://elsewhere' },
    ]) {
      const renewal = { reply: { ...reply, identity }, receipt: receiptNow(clock), ...issuing };
      const after = recordOfRefresh(first, renewal, 8);
      expect(after).toMatchObject({ accessToken: reply.accessToken, idToken: whole.idToken, identity: ada });
      expect(after.idTokenRenewed).toBe(false);
    }
  });

  it.each([
    ['moves, where it is put off', 86_400 + 61 - 3_600, 'yes'],
    ['does not move by what rounding and the way make of it', 86_400 + 60 - 3_600, 'no'],
    ['does not move, where it comes nearer', 86_400 - 3_600, 'no'],
  ])('knows whether the end of the login %s', (_how, loginExpiresIn, moves) => {
    const { clock, first } = begin();
    clock.advance(3_600_000);
    const at = clock.now() + loginExpiresIn * 1_000;
    expect(
      recordOfRefresh(first, { reply: { ...bare, loginExpiresIn }, receipt: receiptNow(clock), ...issuing }, 8)
        .loginEnd,
    ).toEqual({ at, moves });
  });

  it('learns of an end the sign-in did not tell', () => {
    const { clock, first } = begin({ ...whole, loginExpiresIn: undefined });
    const end = { at: clock.now() + 60_000, moves: 'unknown' };
    expect(
      recordOfRefresh(first, { reply: { ...bare, loginExpiresIn: 60 }, receipt: receiptNow(clock), ...issuing }, 8)
        .loginEnd,
    ).toEqual(end);
  });

  it.each([
    ['nobody is named', ada, undefined, ada],
    ['the subject alone is named', ada, { ...ada, email: undefined, name: undefined }, ada],
    [
      'the same person has new names',
      ada,
      { ...ada, email: 'a@x', name: 'Ada L' },
      { ...ada, email: 'a@x', name: 'Ada L' },
    ],
    ['somebody else is named', ada, { ...ada, subject: '2', name: 'bob' }, ada],
    ['nobody was known', undefined, ada, ada],
  ])('belongs to the same person where %s', (_what, before, now, identity) => {
    const { clock, first } = begin({ ...whole, identity: before });
    expect(
      recordOfRefresh(first, { reply: { ...bare, identity: now }, receipt: receiptNow(clock), ...issuing }, 8).identity,
    ).toEqual(identity);
  });
});

import { describe, expect, it } from 'vitest';
import { parseAccount } from '../../../core/accounts/stored-account.ts';
import type { TokenRecord } from '../../../core/accounts/token-record.ts';
import { Secret } from '../../../core/secret.ts';
import { noEnd } from '../../../core/untrusted/lifetime.ts';
import { formerRecord } from '../../support/records.ts';

const full: TokenRecord = {
  grant: 'authorization_code',
  refreshToken: new Secret('refresh-1'),
  accessToken: new Secret('access-1'),
  idToken: new Secret('id-1'),
  idTokenRenewed: false,
  tokenType: 'bearer',
  scope: 'openid offline_access',
  lifetime: 3600,
  obtainedAt: 1_700_000_000_000,
  bootId: 'boot',
  uptime: 12.5,
  generation: 3,
  clockSkew: -2,
  identity: { issuer: 'https://login.lab.example', subject: 'ada', email: 'ada@lab.example', name: 'Ada' },
  clientId: 'keytray',
  issuer: 'https://login.lab.example',
  endpoints: { token: 'https://login.lab.example/token', revocation: 'https://api.lab.example/revoke' },
  signedInAt: 1_690_000_000_000,
  loginEnd: { at: 1_700_100_000_000, moves: 'no' },
  sessionEnded: true,
  learned: { clientAuth: 'post' },
};
const bare: TokenRecord = {
  ...full,
  refreshToken: undefined,
  idToken: undefined,
  idTokenRenewed: undefined,
  scope: undefined,
  lifetime: undefined,
  clockSkew: undefined,
  identity: undefined,
  issuer: undefined,
  endpoints: undefined,
  loginEnd: undefined,
  sessionEnded: false,
  learned: undefined,
};

describe('the item of the first version', () => {
  it.each([
    ['full', full],
    ['bare', bare],
  ])('comes back as it went: %s', (_, record) => {
    const parsed = parseAccount(formerRecord(record));
    const back = parsed.kind === 'account' ? parsed.account.record : undefined;
    expect(back).toEqual(record);
    expect(back?.accessToken.reveal()).toBe('access-1');
    expect(back?.refreshToken?.reveal()).toBe(record.refreshToken?.reveal());
    expect(back?.idToken?.reveal()).toBe(record.idToken?.reveal());
  });

  it.each([
    ['not JSON', () => 'access-1'],
    ['without an access token', (text: string) => text.replace('access-1', '')],
    ['with a token that begins another line', (text: string) => text.replace('access-1', 'access\\n1')],
    ['with a refresh token no server may give', (text: string) => text.replace('refresh-1', 'refresh\\u009b1')],
    ['of a time that cannot be', (text: string) => text.replace('1700000000000', '1e300')],
    ['cut short', (text: string) => text.slice(0, -1)],
  ])('is no record when it is %s', (_, damage) => {
    expect(parseAccount(new Secret(damage(formerRecord(full).reveal())))).toEqual({ kind: 'corrupt' });
  });

  it.each(['3', '0', '"1"', 'null', '1.5'])('of version %s is left to whichever Keytray wrote it', (version) => {
    const text = formerRecord(full).reveal().replace('"version":1', `"version":${version}`);
    expect(parseAccount(new Secret(text))).toEqual({ kind: 'unknown_version' });
  });

  it.each([
    [
      { client_auth: 'mtls', refresh_revokes_access: 1 },
      { clientAuth: undefined, refreshRevokesAccess: undefined },
    ],
    ['all', undefined],
  ])('that learned %j, which this version does not know, is a record all the same', (learned, known) => {
    const stored = { ...JSON.parse(formerRecord(full).reveal()), learned };
    expect(parseAccount(new Secret(JSON.stringify(stored)))).toMatchObject({
      account: { record: { ...full, learned: known } },
    });
  });

  it('names the origins its tokens may go to, apart from the endpoints', () => {
    const { origins } = JSON.parse(formerRecord(full).reveal());
    expect(origins).toEqual({ token: 'https://login.lab.example', revocation: 'https://api.lab.example' });
  });

  it('takes no endpoint at another origin than the one recorded for it', () => {
    const stored = JSON.parse(formerRecord(full).reveal());
    stored.endpoints.token = 'https://elsewhere.example/token';
    const parsed = parseAccount(new Secret(JSON.stringify(stored)));
    expect(parsed).toMatchObject({ account: { record: { endpoints: { token: 'https://login.lab.example' } } } });
  });

  it.each<[string, string, string, Partial<TokenRecord>]>([
    ['a lifetime beyond reason', '"lifetime":3600', '"lifetime":1e300', { lifetime: noEnd }],
    ['a lifetime below zero', '"lifetime":3600', '"lifetime":-1', { lifetime: undefined }],
    ['half a second', '"lifetime":3600', '"lifetime":3600.5', { lifetime: 3_600 }],
    ['a login that ends when no date is', '"at":1700100000000', '"at":1e300', { loginEnd: undefined }],
    ['a login whose end could not be written', '"at":1700100000000', '"at":null', { loginEnd: undefined }],
    ['a clock of another age', '"clock_skew":-2', '"clock_skew":8640000000000', { clockSkew: undefined }],
    ['scopes a terminal would obey', 'openid offline', 'openid\\u009b offline', { scope: 'openid offline_access' }],
  ])('of an earlier version is judged anew: %s', (_, written, instead, read) => {
    const text = formerRecord(full).reveal();
    expect(text).toContain(written);
    const record = { ...full, ...read };
    expect(parseAccount(new Secret(text.replace(written, instead)))).toEqual({
      kind: 'account',
      account: { grant: 'authorization_code', secrets: undefined, record },
    });
  });

  it('keeps a lifetime without end, in a form earlier versions can reckon with', () => {
    const text = formerRecord({ ...full, lifetime: noEnd });
    expect(parseAccount(text)).toMatchObject({ account: { record: { lifetime: noEnd } } });
    expect(() => new Date(Date.now() + JSON.parse(text.reveal()).lifetime * 1_000).toISOString()).not.toThrow();
  });
});

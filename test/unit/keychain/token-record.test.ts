import { describe, expect, it } from 'vitest';
import { parseRecord, serializeRecord, type TokenRecord } from '../../../core/keychain/token-record.ts';
import { Secret } from '../../../core/secret.ts';

const full: TokenRecord = {
  refreshToken: new Secret('refresh-1'),
  accessToken: new Secret('access-1'),
  idToken: new Secret('id-1'),
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
  signedInAt: 1_690_000_000_000,
  loginEnd: { at: 1_700_100_000_000, moves: 'no' },
  sessionEnded: true,
};
const bare: TokenRecord = {
  ...full,
  refreshToken: undefined,
  idToken: undefined,
  scope: undefined,
  lifetime: undefined,
  clockSkew: undefined,
  identity: undefined,
  issuer: undefined,
  loginEnd: undefined,
  sessionEnded: false,
};

describe('token record', () => {
  it.each([
    ['full', full],
    ['bare', bare],
  ])('comes back as it went: %s', (_, record) => {
    const back = parseRecord(serializeRecord(record));
    expect(back).toEqual(record);
    expect(back?.accessToken.reveal()).toBe('access-1');
    expect(back?.refreshToken?.reveal()).toBe(record.refreshToken?.reveal());
    expect(back?.idToken?.reveal()).toBe(record.idToken?.reveal());
  });

  it.each([
    ['not JSON', () => 'access-1'],
    ['of another version', (text: string) => text.replace('"version":1', '"version":2')],
    ['without an access token', (text: string) => text.replace('access-1', '')],
    ['cut short', (text: string) => text.slice(0, -1)],
  ])('is no record when it is %s', (_, damage) => {
    expect(parseRecord(new Secret(damage(serializeRecord(full).reveal())))).toBeUndefined();
  });
});

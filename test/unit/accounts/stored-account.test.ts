import { describe, expect, it } from 'vitest';
import {
  noSecrets,
  parseAccount,
  type StoredAccount,
  serializeAccount,
} from '../../../core/accounts/stored-account.ts';
import { Secret } from '../../../core/secret.ts';
import { ManualClock } from '../../support/manual-clock.ts';
import { recordAt } from '../../support/records.ts';

const record = recordAt(new ManualClock());
const secrets = { values: { client_secret: new Secret('s3cret') }, origins: ['https://login.lab.example'] };

const back = (account: StoredAccount): StoredAccount | undefined => {
  const parsed = parseAccount(serializeAccount(account));
  return parsed.kind === 'account' ? parsed.account : undefined;
};

describe('the item of an account', () => {
  it.each<[string, StoredAccount]>([
    ['a sign-in alone', { grant: 'authorization_code', secrets: noSecrets, record }],
    ['a sign-in with the secret of its client', { grant: 'authorization_code', secrets, record }],
    ['a secret that waits for its first token', { grant: 'client_credentials', secrets, record: undefined }],
    [
      'a client secret beyond ASCII',
      {
        grant: 'authorization_code',
        secrets: { ...secrets, values: { client_secret: new Secret('schlüssel ✓') } },
        record,
      },
    ],
    ['secrets that were not looked for', { grant: 'authorization_code', secrets: undefined, record }],
  ])('comes back as it went: %s', (_what, account) => {
    const found = back(account);
    expect(found).toEqual(account);
    expect(found?.record?.refreshToken?.reveal()).toBe(account.record?.refreshToken?.reveal());
    expect(found?.secrets?.values.client_secret?.reveal()).toBe(account.secrets?.values.client_secret?.reveal());
  });

  it('holds a key once, and it is the credential', () => {
    const key = new Secret('the-only-key');
    const given = { values: { api_key: key, app_key: new Secret('second') }, origins: undefined };
    const made = { ...record, grant: 'api_key', accessToken: key, refreshToken: undefined } as const;
    const item = serializeAccount({ grant: 'api_key', secrets: given, record: made });
    expect(item.reveal().split('the-only-key')).toHaveLength(2);
    const parsed = parseAccount(item);
    expect(parsed.kind === 'account' && parsed.account.record?.accessToken.reveal()).toBe('the-only-key');
  });

  it.each([
    ['of a later version', (text: string) => text.replace('"version":2', '"version":3')],
    ['of a grant there is not yet', (text: string) => text.replace('"client_credentials"', '"of tomorrow"')],
  ])('is left to the Keytray that wrote it where it is %s', (_what, change) => {
    const text = serializeAccount({ grant: 'client_credentials', secrets, record: undefined }).reveal();
    expect(parseAccount(new Secret(change(text)))).toEqual({ kind: 'unknown_version' });
  });

  it('is no account where a key could not go into a header', () => {
    const given = { values: { api_key: new Secret('schlüssel ✓') }, origins: undefined };
    const made = { ...record, grant: 'api_key', refreshToken: undefined } as const;
    const item = serializeAccount({ grant: 'api_key', secrets: given, record: made });
    expect(parseAccount(item)).toEqual({ kind: 'corrupt' });
  });

  it.each([
    ['not JSON', () => '{'],
    ['without a grant', (text: string) => text.replace('"grant":"authorization_code",', '')],
    ['of a token that begins another line', (text: string) => text.replace('access-1', 'access\\n1')],
    ['without a token', (text: string) => text.replace('"access":"access-1",', '')],
    ['of a secret that begins another line', (text: string) => text.replace('s3cret', 's3\\ncret')],
  ])('is no account when it is %s', (_what, damage) => {
    const text = serializeAccount({ grant: 'authorization_code', secrets, record }).reveal();
    expect(damage(text)).not.toBe(text);
    expect(parseAccount(new Secret(damage(text)))).toEqual({ kind: 'corrupt' });
  });
});

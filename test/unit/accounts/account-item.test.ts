import { beforeEach, describe, expect, it } from 'vitest';
import { Account } from '../../../core/accounts/account.ts';
import { AccountItem, itemsOf } from '../../../core/accounts/account-item.ts';
import { Secret } from '../../../core/secret.ts';
import { accountSettings } from '../../support/authorization-server.ts';
import { failureOf } from '../../support/broker.ts';
import { ManualClock } from '../../support/manual-clock.ts';
import { RecordingStore } from '../../support/recording-store.ts';
import { formerRecord, recordAt } from '../../support/records.ts';

const [own = '', beside = ''] = itemsOf('lab');
const clock = new ManualClock();
const record = recordAt(clock);
let store: RecordingStore;
beforeEach(async () => {
  store = new RecordingStore('keychain');
  await store.write(own, formerRecord(record));
});

/** Written once, then read by a broker that has only just started. */
async function writtenAndReadAgain(): Promise<AccountItem> {
  const item = new AccountItem('lab', store, () => 'authorization_code');
  await item.read();
  await item.write(item.record, item.secrets);
  const next = new AccountItem('lab', store, () => 'authorization_code');
  await next.read();
  return next;
}

describe('an item that an earlier version kept beside the record', () => {
  it.each(['s3cret', 'schlüssel ✓'])('moves into it: %s', async (secret) => {
    await store.write(beside, new Secret(secret));
    const item = await writtenAndReadAgain();
    expect(item.secrets?.values.client_secret?.reveal()).toBe(secret);
    expect(item.record?.refreshToken?.reveal()).toBe('refresh-1');
    expect(Object.keys(await store.held(own, beside))).toEqual([own]);
  });

  it('costs the record nothing where no client secret can be so', async () => {
    await store.write(beside, new Secret('two\nlines'));
    const item = await writtenAndReadAgain();
    expect(item.record?.refreshToken?.reveal()).toBe('refresh-1');
    expect(item.secrets?.values).toEqual({});
  });
});

describe('a client secret that is set', () => {
  it.each(['two\nlines', 'cut\0short', '  '])('is refused where it could not be read again: %j', async (secret) => {
    const account = new Account(accountSettings(), { store, clock, changed: () => undefined });
    await account.load();
    const before = await store.held(own, beside);
    const failure = await failureOf(account.clientSecret.set(new Secret(secret)));
    expect(failure).toMatchObject({ code: 'invalid_request', account: 'lab', advice: 'Copy it again, and only it.' });
    expect(await store.held(own, beside)).toEqual(before);
  });

  it('takes what is beyond ASCII, and the sign-in is still there after a restart', async () => {
    const account = new Account(accountSettings(), { store, clock, changed: () => undefined });
    await account.load();
    await account.clientSecret.set(new Secret('schlüssel ✓'));
    const item = await writtenAndReadAgain();
    expect(item.record?.refreshToken?.reveal()).toBe('refresh-1');
    expect(item.secrets?.values.client_secret?.reveal()).toBe('schlüssel ✓');
  });
});

import { beforeEach, describe, expect, it } from 'vitest';
import { Account } from '../../../core/accounts/account.ts';
import type { TokenRecord } from '../../../core/accounts/token-record.ts';
import type { BarrierName } from '../../../core/ports.ts';
import { Secret } from '../../../core/secret.ts';
import type { AccountSettings } from '../../../core/services/service.ts';
import { accountSettings } from '../../support/authorization-server.ts';
import { ManualClock } from '../../support/manual-clock.ts';
import { RecordingStore } from '../../support/recording-store.ts';
import { formerRecord, recordAt, serializeRecord } from '../../support/records.ts';

const issuer = 'https://login.lab.example';
let clock: ManualClock;
let store: RecordingStore;
let changes: string[];
let barriers: BarrierName[];
beforeEach(() => {
  clock = new ManualClock();
  store = new RecordingStore('keychain');
  changes = [];
  barriers = [];
});

function accountWith(overrides: Partial<AccountSettings> = {}): Account {
  const account: Account = new Account(accountSettings({ issuer, ...overrides }), {
    store,
    clock,
    changed: () => changes.push(account.state.kind),
    barriers: { reached: (name) => barriers.push(name) },
  });
  return account;
}

const build =
  (more: Partial<TokenRecord> = {}) =>
  (generation: number) =>
    recordAt(clock, { issuer, ...more, generation });

async function signedIn(overrides: Partial<AccountSettings> = {}): Promise<Account> {
  const account = accountWith(overrides);
  await account.commit(build());
  changes.length = 0;
  return account;
}

describe('what the store holds', () => {
  it('is read once, with the client secret while the store is open', async () => {
    await store.write('lab', formerRecord(build({ endpoints: {} })(3)));
    await store.write('lab#client-secret', new Secret('client'));
    store.calls.length = 0;
    const account = accountWith();
    await Promise.all([account.load(), account.load()]);
    await account.load();
    expect(account.record?.generation).toBe(3);
    expect(store.calls).toEqual(['read lab', 'read lab#client-secret']);
    store.trouble.read = { kind: 'locked' };
    expect((await account.clientSecret.value())?.reveal()).toBe('client');
  });

  it('takes in with the first write what an earlier version kept beside it', async () => {
    await store.write('lab', formerRecord(build({ endpoints: {} })(3)));
    await store.write('lab#client-secret', new Secret('client'));
    const account = accountWith();
    await account.load();
    await account.commit(build({ endpoints: {} }));
    expect(Object.keys(await store.held('lab', 'lab#client-secret'))).toEqual(['lab']);
    store.calls.length = 0;
    const again = accountWith();
    await again.load();
    expect((await again.clientSecret.value())?.reveal()).toBe('client');
    expect(again.record?.generation).toBe(4);
    expect(store.calls).toEqual(['read lab']);
  });

  it.each<[string, () => Secret, object]>([
    ['cannot be understood', () => new Secret('{'), { kind: 'signed_out', why: 'corrupt' }],
    ['is of another client', () => serializeRecord(build({ clientId: 'other' })(1)), { why: 'registration_changed' }],
    ['is of another server', () => serializeRecord(build({ issuer: 'https://x' })(1)), { why: 'registration_changed' }],
    ['names no server', () => serializeRecord(build({ issuer: undefined })(1)), { kind: 'signed_in' }],
  ])('and %s', async (_what, value, state) => {
    await store.write('lab', value());
    const account = accountWith();
    await account.load();
    expect(account.state).toMatchObject(state);
    expect(account.record === undefined).toBe(!('kind' in state) || state.kind !== 'signed_in');
  });

  it.each(['{"version":3,"access":"newer"}', '{"version":0}', '{"version":2,"grant":"of tomorrow"}'])(
    'and is of another version (%s), stays as it is',
    async (text) => {
      await store.write('lab', new Secret(text));
      const account = accountWith();
      await account.load();
      expect(account.state).toMatchObject({ kind: 'unreadable', trouble: { kind: 'corrupt' } });
      expect((await store.held('lab')).lab).toBe(text);
    },
  );

  it('may be nothing', async () => {
    const account = accountWith();
    await account.load();
    expect(account.state).toEqual({ kind: 'signed_out', why: 'never' });
  });

  it('is asked for again where it would not tell, and only the record then', async () => {
    store.trouble.read = { kind: 'locked' };
    const account = accountWith();
    await account.load();
    expect(account.state).toEqual({ kind: 'unreadable', trouble: { kind: 'locked' } });
    expect(store.calls).toEqual(['read lab']);
    delete store.trouble.read;
    await account.recover();
    expect(account.state).toEqual({ kind: 'signed_out', why: 'never' });
    store.calls.length = 0;
    await account.recover();
    expect(store.calls).toEqual([]);
  });

  it('is asked for again once it was put out of mind', async () => {
    const account = await signedIn({ clientSecret: 'optional' });
    await account.clientSecret.value();
    account.unload();
    expect(account.state).toEqual({ kind: 'unread' });
    account.unload();
    expect(changes).toEqual(['unread']);
    await store.write('lab', serializeRecord(build()(7)));
    await account.load();
    expect(account.record?.generation).toBe(7);
  });
});

describe('a new record', () => {
  it('is durable before it is visible', async () => {
    const account = accountWith();
    expect(await account.commit(build())).toBe(true);
    expect(barriers).toEqual(['record_built', 'store_write_started', 'store_confirmed', 'record_visible']);
    expect(account.record?.generation).toBe(1);
  });

  it('built on one that was replaced meanwhile is stale', async () => {
    const account = await signedIn();
    await account.commit(build());
    expect(await account.commit(build(), 1)).toBe(false);
    expect(await account.commit(build(), 2)).toBe(true);
    expect(account.record?.generation).toBe(3);
  });

  it('that the store refuses is kept, counts, and is saved later', async () => {
    const account = await signedIn();
    store.trouble.write = { kind: 'locked' };
    await expect(account.commit(build(), 1)).rejects.toMatchObject({ code: 'keychain_locked', account: 'lab' });
    expect(account.record?.generation).toBe(1);
    // Its refresh token is the only living one: neither forgotten nor overtaken.
    account.unload();
    expect(account.state.kind).toBe('signed_in');
    expect(await account.commit(build(), 1)).toBe(false);
    await expect(account.settle()).rejects.toMatchObject({ code: 'keychain_locked' });
    await account.recover();
    delete store.trouble.write;
    expect(await account.settle()).toBe(true);
    expect(account.record?.generation).toBe(2);
    expect(await account.settle()).toBe(false);
  });
});

describe('other settings', () => {
  it('of the same registration leave the sign-in alone, and say so', async () => {
    const account = await signedIn();
    account.reconfigure(accountSettings({ issuer, scopes: ['openid'] }));
    expect(account.record?.generation).toBe(1);
    expect(account.settings.scopes).toEqual(['openid']);
    expect(changes).toEqual(['signed_in']);
  });

  it.each([{ clientId: 'other' }, { issuer: 'https://other.example' }])(
    'of another registration %j end it',
    async (more) => {
      const account = await signedIn();
      account.reconfigure(accountSettings({ issuer, ...more }));
      expect(account.state).toEqual({ kind: 'signed_out', why: 'registration_changed', issuedBy: 'login.lab.example' });
      expect(account.record).toBeUndefined();
    },
  );

  it('bring a sign-in back that fits them', async () => {
    const account = await signedIn();
    account.reconfigure(accountSettings({ issuer, clientId: 'other' }));
    account.reconfigure(accountSettings({ issuer }));
    expect(account.state).toEqual({ kind: 'unread' });
    await account.load();
    expect(account.record?.generation).toBe(1);
  });

  it('do not make an unreadable store readable', async () => {
    store.trouble.read = { kind: 'locked' };
    const account = accountWith();
    await account.load();
    account.reconfigure(accountSettings({ issuer, clientId: 'other' }));
    expect(account.state.kind).toBe('unreadable');
  });
});

const refusedClient = {
  kind: 'misconfigured',
  error: 'invalid_client',
  retryAfter: undefined,
  why: 'wrong client',
} as const;
const now = { now: 0, random: 0.5, forced: false };

describe('what is known against a refresh token', () => {
  it('is noted for the generation it was said of, and no other', async () => {
    const account = await signedIn();
    account.noteFailure(2, refusedClient, now);
    expect(account.state).toMatchObject({ problem: { kind: 'none' } });
    account.noteFailure(1, refusedClient, now);
    expect(account.state).toMatchObject({ problem: { kind: 'misconfigured' } });
    const out = accountWith();
    out.noteFailure(0, refusedClient, now);
    expect(out.state).toEqual({ kind: 'unread' });
  });

  it.each<[string, (account: Account) => unknown]>([
    ['another secret', (account) => account.clientSecret.set(new Secret('right'))],
    ['other settings', (account) => account.reconfigure(accountSettings({ issuer, scopes: [] }))],
  ])('as wrong settings is put aside by %s', async (_what, correct) => {
    const account = await signedIn({ clientSecret: 'optional' });
    account.noteFailure(1, refusedClient, now);
    await correct(account);
    expect(account.state).toMatchObject({ problem: { kind: 'none' } });
  });

  it('is changed by who knows of this very token, once', async () => {
    const account = await signedIn();
    const dead = { kind: 'dead', why: 'it ended' } as const;
    account.reconsider(() => dead);
    expect(account.state).toMatchObject({ kind: 'signed_in', problem: dead });
    account.reconsider((problem) => problem);
    expect(changes).toEqual(['signed_in']);
    const out = accountWith();
    out.reconsider(() => expect.unreachable());
    expect(out.state).toEqual({ kind: 'unread' });
  });
});

describe('forgetting', () => {
  it('ends the sign-in here', async () => {
    const account = await signedIn();
    await account.forget();
    expect(account.state).toEqual({ kind: 'signed_out', why: 'logout' });
    expect(await store.held('lab')).toEqual({});
    expect(await account.settle()).toBe(false);
  });

  it('that the store refuses has not happened', async () => {
    const account = await signedIn();
    store.trouble.remove = { kind: 'locked' };
    await expect(account.forget()).rejects.toMatchObject({ code: 'keychain_locked', account: 'lab' });
    expect(account.record?.generation).toBe(1);
  });
});

describe('the client secret', () => {
  it('is not asked for where the client is public', async () => {
    expect(await accountWith({ clientSecret: 'none' }).clientSecret.value()).toBeUndefined();
    expect(store.calls).toEqual([]);
  });

  it('may be missing where it is optional, and is asked for once', async () => {
    const account = accountWith({ clientSecret: 'optional' });
    expect(await account.clientSecret.value()).toBeUndefined();
    expect(await account.clientSecret.value()).toBeUndefined();
    expect(store.calls).toEqual(['read lab', 'read lab#client-secret']);
  });

  it('that is required and missing is the person’s to give', async () => {
    const account = accountWith({ clientSecret: 'required', title: 'Lab' });
    await expect(account.clientSecret.value()).rejects.toMatchObject({
      code: 'misconfigured',
      account: 'lab',
      message: 'Lab needs a client secret',
      fix: 'set_client_secret',
    });
    await account.clientSecret.set(new Secret('given'));
    expect((await account.clientSecret.value())?.reveal()).toBe('given');
    expect((await store.held('lab')).lab).toContain('given');
  });

  it('is not taken for missing where the store would not tell', async () => {
    store.trouble.read = { kind: 'locked' };
    await expect(accountWith({ clientSecret: 'required' }).clientSecret.value()).rejects.toMatchObject({
      code: 'keychain_locked',
    });
  });

  it('is not taken for set where the store refused it', async () => {
    const account = accountWith({ clientSecret: 'optional' });
    store.trouble.write = { kind: 'denied', detail: 'no' };
    await expect(account.clientSecret.set(new Secret('given'))).rejects.toThrow();
    expect(await account.clientSecret.value()).toBeUndefined();
  });

  it('that is removed is in force no longer, and gone from the store', async () => {
    const account = accountWith({ clientSecret: 'optional' });
    await account.clientSecret.set(new Secret('given'));
    expect(account.clientSecret.stored).toBe(true);
    await account.clientSecret.remove();
    expect(account.clientSecret.stored).toBe(false);
    expect(await account.clientSecret.value()).toBeUndefined();
    expect(await store.held('lab', 'lab#client-secret')).toEqual({});
  });

  it('that the store would not remove stays in force', async () => {
    const account = accountWith({ clientSecret: 'optional' });
    await account.clientSecret.set(new Secret('given'));
    store.trouble.remove = { kind: 'locked' };
    await expect(account.clientSecret.remove()).rejects.toMatchObject({ code: 'keychain_locked', account: 'lab' });
    expect((await account.clientSecret.value())?.reveal()).toBe('given');
  });

  it('is kept beside the record, and through a sign-out', async () => {
    const account = await signedIn({ clientSecret: 'optional' });
    await account.clientSecret.set(new Secret('given'));
    await account.commit(build());
    expect(account.record?.generation).toBe(2);
    await account.forget();
    expect(account.state).toEqual({ kind: 'signed_out', why: 'logout' });
    const again = accountWith({ clientSecret: 'optional' });
    await again.load();
    expect(again.state).toEqual({ kind: 'signed_out', why: 'never' });
    expect((await again.clientSecret.value())?.reveal()).toBe('given');
  });

  it('given while the store is locked is not taken for stored', async () => {
    store.trouble.read = { kind: 'locked' };
    const account = accountWith({ clientSecret: 'optional' });
    await expect(account.clientSecret.set(new Secret('given'))).rejects.toMatchObject({ code: 'keychain_locked' });
    expect(await store.held('lab')).toEqual({});
  });

  it('is refused where the client is public, and one from before is seen', async () => {
    await store.write('lab#client-secret', new Secret('from before'));
    const account = accountWith({ clientSecret: 'none', title: 'Lab' });
    await account.load();
    expect(account.clientSecret.stored).toBe(true);
    expect(await account.clientSecret.value()).toBeUndefined();
    await expect(account.clientSecret.set(new Secret('given'))).rejects.toMatchObject({
      code: 'invalid_request',
      fix: 'no_client_secret',
    });
  });
});

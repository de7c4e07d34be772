import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { caller, failureOf, type Laboratory, startLaboratory } from '../../support/broker.ts';

/** The machine may be busy. */
const patience = { timeout: 10_000 };

describe('a store that is locked and unlocked', () => {
  let lab: Laboratory;

  beforeEach(async () => {
    lab = await startLaboratory();
    await lab.signIn();
  });
  afterEach(() => lab.close());

  it('is one notice, with the time things stop working, taken back at the unlock', () => {
    const { notices, store } = lab;
    expect(notices.shown).toEqual([]);
    store.trouble = { kind: 'locked' };
    store.trouble = { kind: 'stuck' };
    store.trouble = { kind: 'locked' };
    expect(notices.shown).toEqual([
      {
        id: 'keychain-locked',
        title: 'Keychain is locked',
        body: expect.stringMatching(/^Unlock it to keep working after \d\d:\d\d\.$/),
        actions: [],
      },
    ]);
    expect(notices.open.size).toBe(1);
    store.trouble = undefined;
    expect(notices.open.size).toBe(0);
    store.trouble = { kind: 'locked' };
    expect(notices.shown).toHaveLength(2);
  });

  it('is no notice where it is absent: that is a choice, not a lock', () => {
    lab.store.trouble = { kind: 'absent', detail: 'no keyring' };
    expect(lab.notices.shown).toEqual([]);
  });

  it('refuses a sign-out it could not remember, before any token is revoked', async () => {
    lab.store.trouble = { kind: 'locked' };
    const refused = await failureOf(lab.broker.logout('lab', { revoke: true }));
    expect(refused.code).toBe('keychain_locked');
    expect(lab.server.requests.revocation).toBe(0);
    lab.store.trouble = undefined;
    expect(await lab.broker.token('lab', { force: true }, caller)).toMatchObject({ account: 'lab' });
    expect(await lab.broker.logout('lab', { revoke: true })).toMatchObject({ revocation: 'revoked' });
  });

  it('refuses to forget what it could not read, so that no token is left alive unseen', async () => {
    lab.store.trouble = { kind: 'locked' };
    const broker = await lab.restarted();
    expect(await failureOf(broker.logout('lab', { revoke: true }))).toMatchObject({ code: 'keychain_locked' });
    lab.store.trouble = undefined;
    expect(await broker.account('lab')).toMatchObject({ state: 'active' });
  });

  it('is read again at the unlock, by nobody’s request', async () => {
    lab.store.trouble = { kind: 'locked' };
    const broker = await lab.restarted();
    const states: string[] = [];
    broker.subscribe((event) => {
      if (event.type === 'account') states.push(event.account.state);
    });
    expect(await broker.account('lab')).toMatchObject({ state: 'locked', reason: 'keychain_locked' });
    lab.store.trouble = undefined;
    await expect.poll(() => states.at(-1), patience).toBe('active');
  });

  it('gets the record it refused, at the unlock and without another refresh', async () => {
    lab.store.trouble = { kind: 'locked' };
    expect(await failureOf(lab.broker.token('lab', { force: true }, caller))).toMatchObject({
      code: 'keychain_locked',
    });
    expect(lab.refreshes()).toBe(1);
    const before = lab.store.writes;
    lab.store.trouble = undefined;
    await expect.poll(() => lab.store.writes, patience).toBe(before + 1);
    const broker = await lab.restarted();
    expect(await broker.token('lab', {}, caller)).toMatchObject({ account: 'lab' });
    expect(await broker.token('lab', { force: true }, caller)).toMatchObject({ account: 'lab' });
    expect(lab.refreshes()).toBe(2);
  });
});

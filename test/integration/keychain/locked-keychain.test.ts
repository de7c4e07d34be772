import { existsSync } from 'node:fs';
import { access, readFile, stat } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Secret } from '../../../core/secret.ts';
import { blindProbe } from '../../../core/stores/keychain/locked-probe.ts';
import { clear, type Keyring, lookup, startKeyring } from '../../support/keyring.ts';
import { HeldClock, type Opened, type OpenOptions, openStore, program, textOf } from './fixture.ts';

/** The machine may be busy. */
const patience = { timeout: 10_000 };

describe('locked keyring', () => {
  let keyring: Keyring;
  const opened: Opened[] = [];

  beforeEach(async () => {
    keyring = await startKeyring();
  });
  afterEach(async () => {
    for (const { store } of opened.splice(0)) await store.close();
    await keyring.stop();
  });

  function open(options: OpenOptions = {}): Opened {
    const parts = openStore(keyring.env, options);
    opened.push(parts);
    return parts;
  }

  it('is locked to a new store, never empty, and keytar is not called', async () => {
    await keyring.lock();
    const { store, child } = open();
    expect(await store.read('lab')).toEqual({ kind: 'locked' });
    expect(await store.write('lab', new Secret('value'))).toEqual({ kind: 'locked' });
    expect(await store.remove('lab')).toEqual({ kind: 'locked' });
    expect(store.state()).toBe('locked');
    expect(child.pid).toBeUndefined();

    await keyring.unlock();
    expect(await store.read('lab')).toEqual({ kind: 'empty' });
  });

  it('is locked to a store that had just read from it', async () => {
    const { store } = open();
    await store.write('lab', new Secret('value'));
    await keyring.lock();
    expect(await store.read('lab')).toEqual({ kind: 'locked' });
    expect(await store.read('never-written')).toEqual({ kind: 'locked' });
    await keyring.unlock();
    expect(textOf(await store.read('lab'))).toBe('value');
  });

  it('is locked, not new, where the system cannot tell but a journal is there', async () => {
    const first = open();
    await first.store.write('lab', new Secret('old'));
    await keyring.lock();
    await first.store.write('lab', new Secret('new'));
    await first.store.close();
    expect(await open({ probe: blindProbe }).store.read('lab')).toEqual({ kind: 'locked' });
    const blind = open({ probe: blindProbe, file: program('blind.ts') });
    expect(await blind.store.read('lab')).toEqual({ kind: 'locked' });
    await keyring.unlock();
    expect(textOf(await open({ probe: blindProbe }).store.read('lab'))).toBe('new');
  });

  it('is locked by its own words where the system cannot tell', async () => {
    await keyring.lock();
    const { store } = open({ probe: blindProbe });
    expect(await store.read('lab')).toEqual({ kind: 'locked' });
    expect(await lookup(keyring.env, 'keytray', '.keytray')).toBeUndefined();
  });

  it('leaves writes in the journal, which reads prefer', async () => {
    const { store, journalFile } = open();
    await store.write('lab', new Secret('old'));
    await keyring.lock();
    expect(await store.write('lab', new Secret('rotated-while-locked'))).toEqual({ kind: 'durable', where: 'journal' });
    expect(textOf(await store.read('lab'))).toBe('rotated-while-locked');
    expect((await stat(journalFile)).mode & 0o777).toBe(0o600);
    expect(await readFile(journalFile, 'utf8')).not.toContain('rotated-while-locked');

    await keyring.unlock();
    expect(textOf(await store.read('lab'))).toBe('rotated-while-locked');
    expect(await lookup(keyring.env, 'keytray', 'lab')).toBe('rotated-while-locked');
    await expect(access(journalFile)).rejects.toThrow();
  });

  it('moves the journal to the keychain after a restart', async () => {
    const first = open();
    await first.store.write('lab', new Secret('old'));
    await keyring.lock();
    await first.store.write('lab', new Secret('new'));
    await first.store.write('other', new Secret('also new'));
    await first.store.close();

    const second = open();
    expect(await second.store.read('lab')).toEqual({ kind: 'locked' });
    expect(await second.store.write('lab', new Secret('newer'))).toEqual({ kind: 'locked' });
    await keyring.unlock();
    expect(textOf(await second.store.read('lab'))).toBe('new');
    expect(await lookup(keyring.env, 'keytray', 'other')).toBe('also new');
    await expect(access(second.journalFile)).rejects.toThrow();
  });

  it('is asked again by itself while something waits', async () => {
    const clock = new HeldClock(5_000);
    const { store, journalFile } = open({ clock });
    await store.write('lab', new Secret('old'));
    await keyring.lock();
    await store.write('lab', new Secret('new'));
    await expect.poll(() => clock.waiting, patience).toBe(1);
    clock.release();
    await expect.poll(() => clock.waiting, { timeout: 10_000 }).toBe(1);

    await keyring.unlock();
    clock.release();
    await expect.poll(() => lookup(keyring.env, 'keytray', 'lab'), { timeout: 10_000 }).toBe('new');
    await expect.poll(() => existsSync(journalFile), { timeout: 10_000 }).toBe(false);
    expect(clock.waiting).toBe(0);
  });

  it('writes what waits before anything newer, so that the journal is never stale', async () => {
    const { store, journalFile } = open();
    await store.write('lab', new Secret('old'));
    await keyring.lock();
    await store.write('lab', new Secret('waiting'));
    await keyring.unlock();
    expect(await store.write('lab', new Secret('newest'))).toEqual({ kind: 'durable', where: 'store' });
    expect(await lookup(keyring.env, 'keytray', 'lab')).toBe('newest');
    await expect(access(journalFile)).rejects.toThrow();
  });

  it('does not bring a removed item back from the journal', async () => {
    const { store } = open();
    await store.write('lab', new Secret('old'));
    await keyring.lock();
    await store.write('lab', new Secret('waiting'));
    await keyring.unlock();
    expect(await store.remove('lab')).toEqual({ kind: 'removed' });
    expect(await store.read('lab')).toEqual({ kind: 'empty' });
  });

  it('takes a removal, which waits in the journal like everything else', async () => {
    const { store, journalFile } = open();
    await store.write('lab', new Secret('value'));
    await keyring.lock();
    expect(await store.removalTrouble()).toBeUndefined();
    expect(await store.remove('lab')).toEqual({ kind: 'removed' });
    expect(await store.read('lab')).toEqual({ kind: 'empty' });
    expect(existsSync(journalFile)).toBe(true);

    await keyring.unlock();
    expect(await store.read('lab')).toEqual({ kind: 'empty' });
    expect(await lookup(keyring.env, 'keytray', 'lab')).toBeUndefined();
    expect(existsSync(journalFile)).toBe(false);
  });

  it('does not bring a removed item back by a restart before the unlock', async () => {
    const first = open();
    await first.store.write('lab', new Secret('value'));
    await keyring.lock();
    await first.store.remove('lab');
    await first.store.close();

    const second = open();
    expect(await second.store.read('lab')).toEqual({ kind: 'locked' });
    await keyring.unlock();
    expect(await second.store.read('lab')).toEqual({ kind: 'empty' });
    expect(await lookup(keyring.env, 'keytray', 'lab')).toBeUndefined();
  });

  it('lets the last of several waiting changes count', async () => {
    const { store } = open();
    await store.write('gone', new Secret('old'));
    await store.write('back', new Secret('old'));
    await keyring.lock();
    await store.write('gone', new Secret('newer'));
    await store.remove('gone');
    await store.remove('back');
    await store.write('back', new Secret('again'));
    await keyring.unlock();
    expect(await store.read('gone')).toEqual({ kind: 'empty' });
    expect(textOf(await store.read('back'))).toBe('again');
  });

  it('refuses a removal it could not remember, and says so before', async () => {
    const first = open();
    await first.store.write('lab', new Secret('value'));
    await first.store.close();
    await keyring.lock();
    const { store } = open();
    expect(await store.removalTrouble()).toEqual({ kind: 'locked' });
    expect(await store.remove('lab')).toEqual({ kind: 'locked' });
    await keyring.unlock();
    expect(textOf(await store.read('lab'))).toBe('value');
  });

  it('keeps a journal it cannot read, and goes on', async () => {
    const first = open();
    await first.store.write('lab', new Secret('old'));
    await keyring.lock();
    await first.store.write('lab', new Secret('new'));
    await first.store.close();
    await keyring.unlock();
    await clear(keyring.env, 'keytray', '.keytray');

    const { store, journalFile, logger } = open();
    expect(textOf(await store.read('lab'))).toBe('old');
    await access(`${journalFile}.unreadable`);
    expect(logger.lines.join('\n')).toContain('set aside');
  });
});

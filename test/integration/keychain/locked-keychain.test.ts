import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { access, readFile, stat } from 'node:fs/promises';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { LockedState } from '../../../core/keychain/locked-probe.ts';
import { Secret } from '../../../core/secret.ts';
import { type Keyring, lookup, startKeyring } from '../../support/keyring.ts';
import { HeldClock, type Opened, type OpenOptions, openStore, program, textOf } from './fixture.ts';

const unsure = { ask: async (): Promise<LockedState> => 'unknown' };

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
    expect(await store.remove('lab')).toEqual({ kind: 'locked' });
    await keyring.unlock();
    expect(textOf(await store.read('lab'))).toBe('value');
  });

  it('is locked, not new, where the system cannot tell but a journal is there', async () => {
    const first = open();
    await first.store.write('lab', new Secret('old'));
    await keyring.lock();
    await first.store.write('lab', new Secret('new'));
    await first.store.close();
    expect(await open({ probe: unsure }).store.read('lab')).toEqual({ kind: 'locked' });
    const blind = open({ probe: unsure, file: program('blind.ts') });
    expect(await blind.store.read('lab')).toEqual({ kind: 'locked' });
    await keyring.unlock();
    expect(textOf(await open({ probe: unsure }).store.read('lab'))).toBe('new');
  });

  it('is locked by its own words where the system cannot tell', async () => {
    await keyring.lock();
    const { store } = open({ probe: unsure });
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
    expect(clock.waiting).toBe(1);
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

  it('keeps a journal it cannot read, and goes on', async () => {
    const first = open();
    await first.store.write('lab', new Secret('old'));
    await keyring.lock();
    await first.store.write('lab', new Secret('new'));
    await first.store.close();
    await keyring.unlock();
    const clear = ['clear', 'service', 'keytray', 'account', '.keytray'];
    await promisify(execFile)('secret-tool', clear, { env: keyring.env });

    const { store, journalFile, logger } = open();
    expect(textOf(await store.read('lab'))).toBe('old');
    await access(`${journalFile}.unreadable`);
    expect(logger.lines.join('\n')).toContain('set aside');
  });
});

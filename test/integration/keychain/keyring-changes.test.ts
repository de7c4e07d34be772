import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Secret } from '../../../core/secret.ts';
import type { StoreState } from '../../../core/stores/secret-store.ts';
import { type Keyring, lookup, startKeyring } from '../../support/keyring.ts';
import { HeldClock, type Opened, type OpenOptions, openStore, program, textOf } from './fixture.ts';

/** Timers that ask a locked keyring again; held back, only signals are left. */
const askedAgain = 5_000;

/** The machine may be busy. */
const patience = { timeout: 10_000 };

describe('a keyring that changes under us', () => {
  let keyring: Keyring;
  const opened: Opened[] = [];

  beforeEach(async () => {
    keyring = await startKeyring();
  });
  afterEach(async () => {
    for (const { store } of opened.splice(0)) await store.close();
    await keyring.stop();
  });

  function open(options: OpenOptions = {}): Opened & { readonly states: readonly StoreState[] } {
    const parts = openStore(keyring.env, options);
    opened.push(parts);
    const states: StoreState[] = [];
    parts.store.onChange(() => states.push(parts.store.state()));
    return { ...parts, states };
  }

  it('says at once that it was locked and unlocked, without being asked', async () => {
    const clock = new HeldClock(askedAgain);
    const { store, states } = open({ clock });
    await store.read('lab');
    expect(states).toEqual(['unlocked']);
    await keyring.lock();
    await expect.poll(() => states, patience).toEqual(['unlocked', 'locked']);
    await keyring.unlockWithSignal();
    await expect.poll(() => states, patience).toEqual(['unlocked', 'locked', 'unlocked']);
    expect(clock.waiting).toBeLessThanOrEqual(1);
  });

  it('is not taken for changed by what we write ourselves', async () => {
    const { store, states } = open();
    for (const value of ['one', 'two', 'three']) await store.write('lab', new Secret(value));
    await store.remove('lab');
    expect(states).toEqual(['unlocked']);
  });

  it('gives the journal back at the unlock, and not before', async () => {
    const { store, states, journalFile } = open({ clock: new HeldClock(askedAgain) });
    await store.write('lab', new Secret('old'));
    await keyring.lock();
    await store.write('lab', new Secret('new'));
    expect(existsSync(journalFile)).toBe(true);
    await keyring.unlockWithSignal();
    await expect.poll(() => states.at(-1), patience).toBe('unlocked');
    expect(await lookup(keyring.env, 'keytray', 'lab')).toBe('new');
    expect(existsSync(journalFile)).toBe(false);
  });

  it('is asked now and then where no signal comes: gnome-keyring is silent when the login unlocks it', async () => {
    const clock = new HeldClock(askedAgain);
    const { store, states } = open({ clock });
    await store.read('lab');
    await keyring.lock();
    await expect.poll(() => [states.at(-1), clock.waiting], patience).toEqual(['locked', 1]);
    clock.release();
    await expect.poll(() => clock.waiting, patience).toBe(1);
    await keyring.unlock();
    clock.release();
    await expect.poll(() => states.at(-1), patience).toBe('unlocked');
    expect(clock.waiting).toBe(0);
  });

  it('is noticed when its service ends and when another one takes its place', async () => {
    const { store, states } = open();
    await store.write('lab', new Secret('value'));
    await keyring.stopService();
    await expect.poll(() => states, patience).toEqual(['unlocked', 'absent']);
    expect(await store.write('lab', new Secret('while absent'))).toEqual({ kind: 'durable', where: 'journal' });
    await keyring.startService();
    await expect.poll(() => states, patience).toEqual(['unlocked', 'absent', 'unlocked']);
    expect(await lookup(keyring.env, 'keytray', 'lab')).toBe('while absent');
  });

  it('is noticed when the whole session bus ends, and used again on the next one', async () => {
    const clock = new HeldClock(30_000);
    const { store, states } = open({ clock });
    await store.write('lab', new Secret('value'));
    await keyring.stopBus();
    await expect.poll(() => states, patience).toEqual(['unlocked', 'absent']);
    expect((await store.read('lab')).kind).toBe('absent');
    await keyring.startBus();
    await keyring.startService();
    clock.release();
    await expect.poll(() => states.at(-1), patience).toBe('unlocked');
    expect(textOf(await store.read('lab'))).toBe('value');
  });

  it('is called once more, by a new child, when it was restarted between two calls', async () => {
    const { store, child } = open();
    await store.write('lab', new Secret('value'));
    const before = child.pid;
    await keyring.stopService();
    await keyring.startService();
    expect(textOf(await store.read('lab'))).toBe('value');
    expect(child.pid).not.toBe(before);
  });

  it('may die in the middle of a call without harm', async () => {
    const { store } = open();
    await store.write('lab', new Secret('value'));
    process.kill(keyring.servicePid() ?? 0, 'SIGSTOP');
    const read = store.read('lab');
    const write = store.write('lab', new Secret('newer'));
    await sleep(200);
    await keyring.stopService();
    expect((await read).kind).toBe('absent');
    expect(await write).toEqual({ kind: 'durable', where: 'journal' });
    await keyring.startService();
    await expect.poll(async () => textOf(await store.read('lab')), patience).toBe('newer');
    expect(await lookup(keyring.env, 'keytray', 'lab')).toBe('newer');
  });

  it('does not keep a process alive that only listens', async () => {
    const listener = spawn(process.execPath, [program('listener.ts')], {
      env: keyring.env,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [said] = await once(listener.stdout, 'data');
    expect(String(said).trim()).toBe('unlocked');
    const [status] = await once(listener, 'exit');
    expect(status).toBe(0);
  });
});

describe('a session bus that does not answer', () => {
  it('is stuck, within the deadline, and used again when it answers', async () => {
    const keyring = await startKeyring();
    const { store } = openStore(keyring.env);
    try {
      await store.write('lab', new Secret('value'));
      process.kill(keyring.busPid(), 'SIGSTOP');
      await expect.poll(() => store.check(), { timeout: 10_000 }).toBe('stuck');
      process.kill(keyring.busPid(), 'SIGCONT');
      await expect.poll(async () => textOf(await store.read('lab')), { timeout: 10_000 }).toBe('value');
    } finally {
      process.kill(keyring.busPid(), 'SIGCONT');
      await store.close();
      await keyring.stop();
    }
  });

  it('is a refusal where its policy keeps us from the keyring, and no empty keyring', async () => {
    const keyring = await startKeyring({ denied: true });
    const { store, child } = openStore(keyring.env);
    try {
      expect((await store.read('lab')).kind).toBe('denied');
      expect((await store.write('lab', new Secret('value'))).kind).toBe('denied');
      expect(store.state()).toBe('denied');
      expect(child.pid).toBeUndefined();
    } finally {
      await store.close();
      await keyring.stop();
    }
  });

  it('is no default keyring where the home is new', async () => {
    const keyring = await startKeyring({ login: false });
    const { store, child } = openStore(keyring.env);
    try {
      expect(await store.read('lab')).toEqual({ kind: 'absent', detail: 'no default keyring' });
      expect((await store.write('lab', new Secret('value'))).kind).toBe('absent');
      expect(child.pid).toBeUndefined();
    } finally {
      await store.close();
      await keyring.stop();
    }
  });
});

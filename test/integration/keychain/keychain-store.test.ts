import { fork } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Secret } from '../../../core/secret.ts';
import { clear, type Keyring, lookup, startKeyring } from '../../support/keyring.ts';
import { alive, type Opened, type OpenOptions, openStore, program, textOf } from './fixture.ts';

describe('keychain store over gnome-keyring', () => {
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

  it('writes, reads and removes what secret-tool sees', async () => {
    const { store } = open();
    expect(store.state()).toBe('unknown');
    expect(await store.read('lab')).toEqual({ kind: 'empty' });
    expect(store.state()).toBe('unlocked');

    expect(await store.write('lab', new Secret('first'))).toEqual({ kind: 'durable', where: 'store' });
    expect(await lookup(keyring.env, 'keytray', 'lab')).toBe('first');
    await store.write('lab', new Secret('second'));
    expect(await lookup(keyring.env, 'keytray', 'lab')).toBe('second');
    expect(textOf(await store.read('lab'))).toBe('second');

    expect(await store.remove('lab')).toEqual({ kind: 'removed' });
    expect(await lookup(keyring.env, 'keytray', 'lab')).toBeUndefined();
    expect(await store.read('lab')).toEqual({ kind: 'empty' });
    expect(await store.remove('lab')).toEqual({ kind: 'removed' });
  });

  it('keeps one sentinel with a journal key from the first use on', async () => {
    await open().store.read('lab');
    const first = await lookup(keyring.env, 'keytray', '.keytray');
    const { version, journal_key: key } = JSON.parse(first ?? '{}');
    expect(version).toBe(1);
    expect(Buffer.from(key, 'base64')).toHaveLength(32);

    await open().store.write('lab', new Secret('value'));
    expect(await lookup(keyring.env, 'keytray', '.keytray')).toBe(first);
  });

  it('makes the sentinel again when somebody deleted it', async () => {
    const { store } = open();
    await store.write('lab', new Secret('value'));
    const first = await lookup(keyring.env, 'keytray', '.keytray');
    await clear(keyring.env, 'keytray', '.keytray');
    expect(await store.read('other')).toEqual({ kind: 'empty' });
    expect(textOf(await store.read('lab'))).toBe('value');
    expect(await lookup(keyring.env, 'keytray', '.keytray')).toBe(first);
  });

  it('finds everything again after a restart', async () => {
    const before = open();
    await before.store.write('lab', new Secret('kept'));
    await before.store.close();
    expect(textOf(await open().store.read('lab'))).toBe('kept');
  });

  it('keeps values that are long or not ASCII', async () => {
    const { store } = open();
    const value = `${'x'.repeat(64 * 1024)} schlüssel 🔑`;
    await store.write('lab', new Secret(value));
    expect(textOf(await store.read('lab'))).toBe(value);
  });

  it.each([[''], ['ab\0cd']])('refuses a value the keychain would spoil: %j', async (value) => {
    await expect(open().store.write('lab', new Secret(value))).rejects.toThrow(TypeError);
  });

  it('says corrupt, not empty, where the sentinel is not ours', async () => {
    const first = open();
    await first.store.write('lab', new Secret('value'));
    await first.store.write('.keytray', new Secret('not a sentinel'));
    const { store } = open();
    expect((await store.read('lab')).kind).toBe('corrupt');
    expect([store.state(), await store.check()]).toEqual(['corrupt', 'corrupt']);
    expect((await store.removalTrouble())?.kind).toBe('corrupt');
    await clear(keyring.env, 'keytray', '.keytray');
    expect(textOf(await store.read('lab'))).toBe('value');
    expect(store.state()).toBe('unlocked');
  });

  it('serves 50 calls at once, one after another', async () => {
    const { store } = open();
    const items = Array.from({ length: 25 }, (_, index) => `account-${index}`);
    const writes = await Promise.all(items.map((item) => store.write(item, new Secret(`value of ${item}`))));
    expect(new Set(writes.map(({ kind }) => kind))).toEqual(new Set(['durable']));
    const reads = Promise.all(items.map((item) => store.read(item)));
    const latest = Promise.all(['1', '2', '3'].map((value) => store.write('same', new Secret(value))));
    expect((await reads).map(textOf)).toEqual(items.map((item) => `value of ${item}`));
    await latest;
    expect(textOf(await store.read('same'))).toBe('3');
  });

  it('shows no value in the arguments or the environment of the child, nor in the log', async () => {
    const { store, child, logger } = open();
    await store.write('lab', new Secret('value-to-be-hidden'));
    const seen = await Promise.all(
      ['cmdline', 'environ'].map((file) => readFile(`/proc/${child.pid}/${file}`, 'utf8')),
    );
    expect(seen.join()).toContain('keytray');
    expect(seen.join()).not.toContain('value-to-be-hidden');
    expect(logger.lines.join()).not.toContain('value-to-be-hidden');
  });

  it('survives the death of the child, also in the middle of a call', async () => {
    const { store, child } = open();
    await store.write('lab', new Secret('value'));
    const pid = child.pid ?? 0;
    process.kill(keyring.servicePid() ?? 0, 'SIGSTOP');
    let answered = false;
    const read = store.read('lab').finally(() => {
      answered = true;
    });
    await sleep(100);
    expect(answered).toBe(false);
    process.kill(pid, 'SIGKILL');
    process.kill(keyring.servicePid() ?? 0, 'SIGCONT');
    expect(textOf(await read)).toBe('value');
    expect(child.pid).not.toBe(pid);
    expect(textOf(await store.read('lab'))).toBe('value');
  });

  it('says stuck, and not empty, while the keyring hangs', async () => {
    const { store } = open({ callDeadline: 200 });
    await store.write('lab', new Secret('value'));
    process.kill(keyring.servicePid() ?? 0, 'SIGSTOP');
    expect(await store.read('lab')).toEqual({ kind: 'stuck' });
    process.kill(keyring.servicePid() ?? 0, 'SIGCONT');
    await expect.poll(async () => textOf(await store.read('lab')), { timeout: 10_000 }).toBe('value');
  });

  it('leaves no child behind when the broker dies while the keyring hangs', async () => {
    process.kill(keyring.servicePid() ?? 0, 'SIGSTOP');
    const stdio = ['ignore', 'ignore', 'inherit', 'ipc'] as const;
    const parent = fork(program('parent.ts'), [], { execArgv: [], env: keyring.env, stdio: [...stdio] });
    const [pid] = await once(parent, 'message');
    await expect.poll(() => readFile(`/proc/${pid}/maps`, 'utf8'), { timeout: 10_000 }).toContain('keytar.node');
    await sleep(200);
    parent.kill('SIGKILL');
    await expect.poll(() => alive(pid), { timeout: 10_000 }).toBe(false);
  });

  it('connects again when the keyring service was restarted', async () => {
    const { store } = open();
    await store.write('lab', new Secret('value'));
    await keyring.stopService();
    expect((await store.read('lab')).kind).toBe('absent');
    await keyring.startService();
    expect(textOf(await store.read('lab'))).toBe('value');
    await keyring.stopService();
    await keyring.startService();
    expect(await store.write('lab', new Secret('other'))).toEqual({ kind: 'durable', where: 'store' });
  });

  it('answers absent once it is closed', async () => {
    const { store } = open();
    const pending = [store.read('lab'), store.write('lab', new Secret('value'))];
    await store.close();
    const later = store.read('lab');
    for (const result of await Promise.all([...pending, later])) expect(result.kind).toBe('absent');
  });
});

describe('without a keyring', () => {
  it('is absent, never empty, where there is no session bus', async () => {
    const keyring = await startKeyring({ service: false });
    const { DBUS_SESSION_BUS_ADDRESS: _, ...env } = keyring.env;
    const nowhere = openStore({ ...env, XDG_RUNTIME_DIR: `${keyring.folder}/nothing` });
    const gone = openStore({ ...env, DBUS_SESSION_BUS_ADDRESS: `unix:path=${keyring.folder}/nothing` });
    try {
      for (const { store, child } of [nowhere, gone]) {
        expect((await store.read('lab')).kind).toBe('absent');
        expect((await store.write('lab', new Secret('value'))).kind).toBe('absent');
        expect((await store.remove('lab')).kind).toBe('absent');
        expect(store.state()).toBe('absent');
        expect(child.pid).toBeUndefined();
      }
    } finally {
      await nowhere.store.close();
      await gone.store.close();
      await keyring.stop();
    }
  });

  it('is absent where the bus has no Secret Service, and comes to life with one', async () => {
    const keyring = await startKeyring({ service: false });
    const { store } = openStore(keyring.env);
    try {
      expect((await store.read('lab')).kind).toBe('absent');
      await keyring.startService();
      expect(await store.read('lab')).toEqual({ kind: 'empty' });
    } finally {
      await store.close();
      await keyring.stop();
    }
  });
});

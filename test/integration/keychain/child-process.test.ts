import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { SystemClock } from '../../../core/platform/system-clock.ts';
import { KeychainChild, keychainChildFile } from '../../../core/stores/keychain/child-process.ts';
import { alive, HeldClock, MemoryLogger, program } from './fixture.ts';

describe('keychain child process', () => {
  const opened: KeychainChild[] = [];
  const logger = new MemoryLogger();

  afterEach(async () => {
    for (const child of opened.splice(0)) await child.close();
  });

  function start(file: string, options: Partial<ConstructorParameters<typeof KeychainChild>[0]> = {}): KeychainChild {
    const child = new KeychainChild({
      clock: new SystemClock(),
      logger,
      env: { PATH: process.env.PATH, KEYTRAY_PLANTED: 'planted-secret' },
      program: { execPath: process.execPath, file },
      ...options,
    });
    opened.push(child);
    return child;
  }

  it('is not started before the first call', async () => {
    const child = start(program('one-at-a-time.ts'));
    expect(child.pid).toBeUndefined();
    await child.call({ op: 'get', account: 'lab' });
    expect(child.pid).toBeTypeOf('number');
  });

  it('is given one call at a time, in order', async () => {
    const child = start(program('one-at-a-time.ts'));
    const accounts = Array.from({ length: 50 }, (_, index) => `account-${index}`);
    const order: string[] = [];
    const results = await Promise.all(
      accounts.map(async (account) => {
        const result = await child.call({ op: 'get', account });
        order.push(account);
        return result.kind === 'value' ? result.value?.reveal() : result.kind;
      }),
    );
    expect(results).toEqual(accounts);
    expect(order).toEqual(accounts);
  });

  it('is killed when a call misses its deadline', async () => {
    const child = start(program('mute.ts'), { callDeadline: 100 });
    const call = child.call({ op: 'get', account: 'lab' });
    await Promise.resolve();
    const pid = child.pid ?? 0;
    expect(await alive(pid)).toBe(true);
    expect(await call).toEqual({ kind: 'stuck' });
    expect(await alive(pid)).toBe(false);
    expect(child.pid).toBeUndefined();
  });

  it('is killed when it does not come up', async () => {
    const child = start('/dev/null', { startDeadline: 100 });
    const missing = start('/nowhere/child.ts');
    expect((await child.call({ op: 'get', account: 'lab' })).kind).toMatch(/stuck|crashed/);
    expect(await missing.call({ op: 'get', account: 'lab' })).toEqual({ kind: 'crashed', started: false });
  });

  it('says so where its Node is missing', async () => {
    const child = start(program('mute.ts'), { program: { execPath: '/nowhere/node', file: program('mute.ts') } });
    expect(await child.call({ op: 'get', account: 'lab' })).toEqual({ kind: 'crashed', started: false });
  });

  it('is tried twice when it crashes, not for ever', async () => {
    const child = start(program('crashing.ts'));
    expect(await child.call({ op: 'get', account: 'lab' })).toEqual({ kind: 'crashed', started: true });
    expect(child.pid).toBeUndefined();
  });

  it('ends when nobody calls for a while, and comes back', async () => {
    const clock = new HeldClock(777);
    const child = start(program('one-at-a-time.ts'), { clock, idle: 777 });
    await child.call({ op: 'get', account: 'lab' });
    const pid = child.pid ?? 0;
    expect(clock.waiting).toBe(1);
    clock.release();
    while (await alive(pid)) await sleep(10);
    expect(child.pid).toBeUndefined();
    expect((await child.call({ op: 'get', account: 'lab' })).kind).toBe('value');
  });

  it('answers `closed` to calls that wait, and to later ones', async () => {
    const child = start(program('mute.ts'));
    const calls = [child.call({ op: 'get', account: 'a' }), child.call({ op: 'get', account: 'b' })];
    await Promise.resolve();
    const pid = child.pid ?? 0;
    await child.close();
    expect(await Promise.all(calls)).toEqual([{ kind: 'closed' }, { kind: 'closed' }]);
    expect(await child.call({ op: 'get', account: 'c' })).toEqual({ kind: 'closed' });
    expect(await alive(pid)).toBe(false);
  });

  it('sees nothing of our environment and survives the signals of a terminal', async () => {
    const child = start(keychainChildFile());
    await child.call({ op: 'get', account: 'lab' });
    const pid = child.pid ?? 0;
    const environment = await readFile(`/proc/${pid}/environ`, 'utf8');
    expect(environment).toContain('LC_ALL=C.UTF-8');
    expect(environment).not.toContain('KEYTRAY_PLANTED');

    process.kill(pid, 'SIGINT');
    process.kill(pid, 'SIGTERM');
    expect((await child.call({ op: 'get', account: 'lab' })).kind).toBe('refused');
    expect(child.pid).toBe(pid);
  });
});

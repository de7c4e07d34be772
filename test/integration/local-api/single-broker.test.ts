import { type ChildProcess, execFileSync, fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { chmod, chown, lstat, mkdir, readdir, readFile, rename, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LocalApiClient } from '../../../core/local-api/client/client.ts';
import { type LocalApi, type LocalApiStart, startLocalApi } from '../../../core/local-api/server/server.ts';
import { takeLockFile } from '../../../core/local-api/socket/lock-file.ts';
import { MemoryLogger, socketFolder } from '../../support/broker-socket.ts';
import { FakeBroker } from '../../support/fake-broker.ts';
import { needsRoot } from '../../support/needs-root.ts';

const uid = process.getuid?.() ?? 0;
let folder: string;
let socketPath: string;
let opened: LocalApi[];
let children: ChildProcess[];

beforeEach(async () => {
  folder = await socketFolder();
  socketPath = join(folder, 'keytray.sock');
  opened = [];
  children = [];
});

afterEach(async () => {
  for (const child of children) child.kill('SIGKILL');
  await Promise.all(opened.map((api) => api.close(0)));
  await rm(folder, { recursive: true, force: true });
});

async function start(lockFiles: readonly string[] = [], path = socketPath): Promise<LocalApiStart> {
  const options = { socketPath: path, broker: new FakeBroker(), uid, logger: new MemoryLogger(), lockFiles };
  const started = await startLocalApi(options);
  if (started.kind === 'listening') opened.push(started);
  return started;
}

/** A broker in a process of its own; resolves to what its start came to. */
async function startElsewhere(): Promise<{ child: ChildProcess; kind: unknown }> {
  const child = fork(new URL('broker-process.ts', import.meta.url), [socketPath]);
  children.push(child);
  const [kind] = await once(child, 'message');
  return { child, kind };
}

describe('startLocalApi', () => {
  it('makes the socket for its owner alone', async () => {
    await start();
    const file = await stat(socketPath);
    expect(file.isSocket()).toBe(true);
    expect(file.mode & 0o777).toBe(0o600);
    expect((await stat(`${socketPath}.lock`)).mode & 0o777).toBe(0o600);
    expect((await readdir(folder)).sort()).toEqual(['keytray.sock', 'keytray.sock.lock']);
  });

  it('does so with any umask, and gives the umask back', async () => {
    const umask = process.umask(0);
    try {
      await start();
      expect((await stat(socketPath)).mode & 0o777).toBe(0o600);
      expect(process.umask()).toBe(0);
    } finally {
      process.umask(umask);
    }
  });

  it('takes a path as long as the system has room for', async () => {
    const path = join(folder, 's'.repeat(107 - folder.length - 1));
    expect((await start([], path)).kind).toBe('listening');
    expect((await new LocalApiClient(path).status()).pid).toBe(process.pid);
  });

  it('tells a second broker that one is there, and leaves it alone', async () => {
    await start();
    const before = await stat(socketPath);
    expect(await start()).toEqual({ kind: 'already_running', socketPath });
    expect((await stat(socketPath)).ino).toBe(before.ino);
    expect((await new LocalApiClient(socketPath).status()).pid).toBe(process.pid);
  });

  it('holds further locks, and all of them or none', async () => {
    const lock = join(folder, 'state', 'broker.lock');
    await start([lock]);
    const other = join(folder, 'other.sock');
    expect((await start([lock], other)).kind).toBe('already_running');
    // What the refused one had taken is free again.
    expect((await start([], other)).kind).toBe('listening');
  });

  it('lets exactly one of two racing brokers win, 20 times', { timeout: 60_000 }, async () => {
    for (let round = 0; round < 20; round += 1) {
      const outcomes = await Promise.all([start(), start(), start()]);
      expect(outcomes.filter(({ kind }) => kind === 'listening')).toHaveLength(1);
      await new LocalApiClient(socketPath).status();
      await Promise.all(opened.splice(0).map((api) => api.close(0)));
    }
  });

  it('lets exactly one of several processes win, and the next one start when that is killed', async () => {
    const first = await Promise.all([startElsewhere(), startElsewhere(), startElsewhere()]);
    expect(first.map(({ kind }) => kind).sort()).toEqual(['already_running', 'already_running', 'listening']);
    const winner = first.find(({ kind }) => kind === 'listening');
    expect((await new LocalApiClient(socketPath).status()).pid).toBe(winner?.child.pid);
    winner?.child.kill('SIGKILL');
    if (winner !== undefined) await once(winner.child, 'exit');
    expect((await stat(socketPath)).isSocket()).toBe(true);
    expect((await start()).kind).toBe('listening');
    expect((await new LocalApiClient(socketPath).status()).pid).toBe(process.pid);
  });

  it('does not take the place of a program that answers there without our lock', async () => {
    const other = createServer((connection) => connection.end());
    other.listen(socketPath);
    await once(other, 'listening');
    const before = await stat(socketPath);
    expect((await start()).kind).toBe('already_running');
    expect((await stat(socketPath)).ino).toBe(before.ino);
    other.close();
  });
});

describe('what lies in the way already', () => {
  const things: readonly (readonly [string, (path: string) => unknown])[] = [
    ['a file', (path) => writeFile(path, 'mine')],
    ['a folder', (path) => mkdir(path)],
    ['a FIFO', (path) => execFileSync('mkfifo', [path])],
    ['a link to a file', (path) => symlink(join(folder, 'precious'), path)],
    ['a link to nothing', (path) => symlink(join(folder, 'nothing'), path)],
  ];

  beforeEach(async () => {
    await writeFile(join(folder, 'precious'), 'precious');
  });

  it.each(things)('in place of the socket, %s is refused and left there', async (_name, make) => {
    await make(socketPath);
    const before = await lstat(socketPath);
    await expect(start()).rejects.toMatchObject({
      code: 'misconfigured',
      message: expect.stringContaining(socketPath),
    });
    expect((await lstat(socketPath)).ino).toBe(before.ino);
    expect(await readFile(join(folder, 'precious'), 'utf8')).toBe('precious');
    expect(existsSync(join(folder, 'nothing'))).toBe(false);
  });

  it.each(things.slice(1))('in place of the lock, %s is refused and left there', async (_name, make) => {
    const lock = `${socketPath}.lock`;
    await make(lock);
    const before = await lstat(lock);
    await expect(start()).rejects.toMatchObject({ code: 'misconfigured', message: expect.stringContaining(lock) });
    expect((await lstat(lock)).ino).toBe(before.ino);
    expect(await readFile(join(folder, 'precious'), 'utf8')).toBe('precious');
    expect(existsSync(join(folder, 'nothing'))).toBe(false);
    expect(existsSync(socketPath)).toBe(false);
  });

  needsRoot('a socket, or a lock, of somebody else is refused and left there', async () => {
    const other = createServer();
    other.listen(socketPath);
    await once(other, 'listening');
    await chown(socketPath, 65534, 65534);
    await expect(start()).rejects.toMatchObject({ code: 'misconfigured', message: expect.stringContaining('65534') });
    expect((await stat(socketPath)).uid).toBe(65534);
    other.close();
    await rm(socketPath, { force: true });
    await chown(`${socketPath}.lock`, 65534, 65534);
    await expect(start()).rejects.toMatchObject({ code: 'misconfigured' });
    expect((await stat(`${socketPath}.lock`)).uid).toBe(65534);
  });

  it('a folder that others write to holds neither lock nor socket', async () => {
    const open = join(folder, 'open');
    await mkdir(open);
    await chmod(open, 0o777);
    await expect(start([], join(open, 'keytray.sock'))).rejects.toThrow(`run: chmod go-w ${open}`);
    await expect(start([join(open, 'state', 'broker.lock')])).rejects.toThrow(`run: chmod go-w ${open}`);
    expect(await readdir(open)).toEqual([]);
  });
});

describe('a broker that listens', () => {
  const further = 'state/broker.lock';
  const listen = async (): Promise<string[]> => {
    const lost: string[] = [];
    const options = { socketPath, broker: new FakeBroker(), uid, logger: new MemoryLogger() };
    const lockFiles = [join(folder, further)];
    const api = await startLocalApi({ ...options, lockFiles, lost: (path) => lost.push(path) });
    if (api.kind === 'listening') opened.push(api);
    return lost;
  };

  it.each(['keytray.sock', 'keytray.sock.lock', further])('is told once that its %s was removed', async (name) => {
    const lost = await listen();
    await rm(join(folder, name));
    await expect.poll(() => lost, { timeout: 10_000 }).toEqual([join(folder, name)]);
    await rm(folder, { recursive: true });
    await Promise.all(opened.map((api) => api.close(0)));
    expect(lost).toHaveLength(1);
  });

  it('is told that another socket took the place of its own', async () => {
    const lost = await listen();
    await writeFile(join(folder, 'newer'), '');
    await rename(join(folder, 'newer'), socketPath);
    await expect.poll(() => lost, { timeout: 10_000 }).toEqual([socketPath]);
  });

  it('is told that its folder was moved away', async () => {
    const lost = await listen();
    await rename(join(folder, 'state'), join(folder, 'moved'));
    await expect.poll(() => lost, { timeout: 10_000 }).toEqual([join(folder, further)]);
  });

  it('is told nothing of other files, nor of its own end', async () => {
    const lost = await listen();
    await writeFile(join(folder, 'state', 'anything'), '');
    await rm(join(folder, 'state', 'anything'));
    await Promise.all(opened.map((api) => api.close(0)));
    await rm(folder, { recursive: true });
    expect(lost).toEqual([]);
  });
});

describe('close', () => {
  it('removes the socket and frees the lock', async () => {
    const api = await start();
    if (api.kind === 'listening') await api.close(0);
    await expect(stat(socketPath)).rejects.toThrow('ENOENT');
    expect((await start()).kind).toBe('listening');
  });

  it('leaves a socket alone that has taken its place', async () => {
    const api = await start();
    const newer = createServer();
    newer.listen(join(folder, 'newer'));
    await once(newer, 'listening');
    await rename(join(folder, 'newer'), socketPath);
    if (api.kind === 'listening') await api.close(0);
    expect((await stat(socketPath)).isSocket()).toBe(true);
    newer.close();
  });

  it('keeps the lock until what must not overlap has ended', async () => {
    const api = await start();
    if (api.kind !== 'listening') throw new Error(api.kind);
    let during: LocalApiStart | undefined;
    await api.close(0, async () => {
      during = await start();
    });
    expect(during?.kind).toBe('already_running');
    expect((await start()).kind).toBe('listening');
  });

  it('lets a request under way end, and cuts off one that does not', async () => {
    const broker = new FakeBroker();
    broker.setLogin({ login_id: 'l1', account: 'lab', state: 'started' });
    const api = await startLocalApi({ socketPath, broker, uid, logger: new MemoryLogger() });
    if (api.kind !== 'listening') throw new Error(api.kind);
    opened.push(api);
    const waiting = new LocalApiClient(socketPath).login('l1', 60);
    while (broker.called('waitForLogin').length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    const closing = api.close(60_000);
    await expect(new LocalApiClient(socketPath).status()).rejects.toMatchObject({ code: 'no_broker' });
    broker.setLogin({ login_id: 'l1', account: 'lab', state: 'succeeded' });
    expect((await waiting).state).toBe('succeeded');
    await closing;

    broker.setLogin({ login_id: 'l1', account: 'lab', state: 'started' });
    const second = await startLocalApi({ socketPath, broker, uid, logger: new MemoryLogger() });
    if (second.kind !== 'listening') throw new Error(second.kind);
    const cut = new LocalApiClient(socketPath).login('l1', 60);
    while (broker.called('waitForLogin').length === 1) await new Promise((resolve) => setTimeout(resolve, 5));
    const refused = expect(cut).rejects.toMatchObject({ code: 'temporarily_unavailable' });
    await second.close(0);
    await refused;
  });
});

describe('takeLockFile', () => {
  it('is not kept by children that outlive its holder', async () => {
    const path = join(folder, 'lock');
    const lock = takeLockFile(path, uid);
    const child = fork(new URL('idle-process.ts', import.meta.url));
    children.push(child);
    await once(child, 'message');
    expect(takeLockFile(path, uid)).toBeUndefined();
    lock?.release();
    const next = takeLockFile(path, uid);
    expect(next).toBeDefined();
    next?.release();
  });

  it('refuses a file of somebody else', async () => {
    const path = join(folder, 'lock');
    await writeFile(path, '');
    await chmod(path, 0o600);
    expect(() => takeLockFile(path, uid + 1)).toThrow('not a lock file of ours');
  });
});

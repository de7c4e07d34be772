import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, readlinkSync, realpathSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer, type Server, Socket } from 'node:net';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { getSocketOption, lastError } from '../../../core/platform/libc.ts';
import { peerOf } from '../../../core/platform/peer-credentials.ts';
import { parseStartTime } from '../../../core/platform/process-identity.ts';

let folder: string;
let server: Server;
let path: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'keytray-peer-'));
  path = join(folder, 's');
  // Not read, so that a peer's end leaves the descriptor open.
  server = createServer({ pauseOnConnect: true });
  server.listen(path);
  await once(server, 'listening');
});

afterEach(async () => {
  server.close();
  await rm(folder, { recursive: true, force: true });
});

const gone = (pid: number | undefined) => ({
  pid,
  uid: process.getuid?.(),
  executable: undefined,
  startTime: undefined,
  parents: [],
});

/** A Perl program that runs `before`, connects, then runs `after`. */
async function connected(after: string, before = '') {
  const waiting = accepted();
  const script = `${before}; socket(my $s, AF_UNIX, SOCK_STREAM, 0); connect($s, sockaddr_un($ARGV[0])) or die; ${after}`;
  const child = spawn('/usr/bin/perl', ['-MSocket', '-e', script, path], { stdio: ['pipe', 'inherit', 'inherit'] });
  return { child, socket: await waiting };
}

async function accepted(): Promise<Socket> {
  const [socket] = await once(server, 'connection');
  if (!(socket instanceof Socket)) throw new TypeError('no socket');
  return socket;
}

describe('peerOf', () => {
  it('names this process to itself', async () => {
    const waiting = accepted();
    const client = connect(path);
    const socket = await waiting;
    const seen = peerOf(socket);
    expect(seen?.parents[0]).toBe(readlinkSync(`/proc/${process.ppid}/exe`));
    expect(seen).toEqual({
      pid: process.pid,
      uid: process.getuid?.(),
      executable: realpathSync(process.execPath),
      startTime: parseStartTime(readFileSync('/proc/self/stat', 'utf8')),
      parents: expect.any(Array),
    });
    client.destroy();
    socket.destroy();
  });

  it('names another program, and remembers it; first asked after it has gone, it knows no more than the pid', async () => {
    const { child, socket } = await connected('<STDIN>');
    const seen = peerOf(socket);
    const executable = seen?.executable;
    expect(seen?.pid).toBe(child.pid);
    expect(executable).toMatch(/\/perl/);
    expect(seen?.startTime).toBeGreaterThan(0);
    child.stdin.end();
    await once(child, 'exit');
    expect(seen?.executable).toBe(executable);
    expect(peerOf(socket)).toEqual(gone(child.pid));
    socket.destroy();
  });

  it('takes nobody else for a program that has ended and handed its connection on', async () => {
    // The child of the one that connected keeps the descriptor open and is another process.
    const { child, socket } = await connected('exit if fork; <STDIN>');
    await once(child, 'exit');
    expect(peerOf(socket)).toEqual(gone(child.pid));
    child.stdin.end();
    socket.destroy();
  });

  it('takes a zombie for one that has gone', async () => {
    const { child, socket } = await connected('<STDIN>', 'if (fork) { <STDIN>; exit }');
    const seen = peerOf(socket);
    expect(seen?.pid).not.toBe(child.pid);
    process.kill(seen?.pid ?? 0, 'SIGKILL');
    await expect.poll(() => readFileSync(`/proc/${seen?.pid}/stat`, 'utf8')).toMatch(/\) Z /);
    expect(seen).toEqual(gone(seen?.pid));
    child.stdin.end();
    socket.destroy();
  });

  it('knows nothing of the program once the connection is closed', async () => {
    const { child, socket } = await connected('<STDIN>');
    const seen = peerOf(socket);
    socket.destroy();
    expect(seen).toEqual(gone(child.pid));
    child.stdin.end();
  });

  it('keeps no descriptor open', async () => {
    const { child, socket } = await connected('<STDIN>');
    const before = readdirSync('/proc/self/fd').length;
    for (let time = 0; time < 100; time += 1) expect(peerOf(socket)?.executable).toMatch(/\/perl/);
    expect(readdirSync('/proc/self/fd').length).toBe(before);
    child.stdin.end();
    socket.destroy();
  });

  it('tells a kernel without an option from a peer that is gone', async () => {
    const { child, socket } = await connected('<STDIN>');
    const fd: unknown = Reflect.get(Reflect.get(socket, '_handle'), 'fd');
    expect(getSocketOption(Number(fd), 1, 9_999, 4)).toBeUndefined();
    expect(lastError()).toBe(constants.errno.ENOPROTOOPT);
    child.stdin.end();
    socket.destroy();
  });

  it('says nothing of a socket that is closed, or was never open', async () => {
    const waiting = accepted();
    const client = connect(path);
    const socket = await waiting;
    client.destroy();
    socket.destroy();
    expect(peerOf(socket)).toBeUndefined();
    expect(peerOf(new Socket())).toBeUndefined();
  });
});

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { realpathSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer, type Server, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { peerOf } from '../../../core/access/peer-credentials.ts';

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
    expect(peerOf(socket)).toEqual({
      pid: process.pid,
      uid: process.getuid?.(),
      executable: realpathSync(process.execPath),
    });
    client.destroy();
    socket.destroy();
  });

  it('names another program, also after it has gone, when only its executable is unknown', async () => {
    const waiting = accepted();
    const script = 'socket(my $s, AF_UNIX, SOCK_STREAM, 0); connect($s, sockaddr_un($ARGV[0])) or die; <STDIN>';
    const child = spawn('/usr/bin/perl', ['-MSocket', '-e', script, path]);
    const socket = await waiting;
    const seen = peerOf(socket);
    expect(seen?.pid).toBe(child.pid);
    expect(seen?.executable).toMatch(/\/perl/);
    child.stdin.end();
    await once(child, 'exit');
    expect(peerOf(socket)).toEqual({ pid: child.pid, uid: process.getuid?.(), executable: undefined });
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

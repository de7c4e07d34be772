import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { chmod, chown, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { compileNative } from '../../../build/native-client.ts';
import { encodeFrame } from '../../../core/wire/frames.ts';
import { needsRoot } from '../../support/needs-root.ts';

const run = promisify(execFile);
const lender = 65_533;
const borrower = 65_534;
const accepted = 'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: keytray-helper/1\r\n\r\n';

let folder: string;
let lent: string;
let server: Server;
let frames: readonly Uint8Array[] = [];

const socketPath = (): string => join(lent, 'keytray.sock');

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'keytray-lent-'));
  lent = join(folder, 'lent');
  await chmod(folder, 0o755);
  for (const name of ['lent', 'bin', 'programs']) await mkdir(join(folder, name), { mode: 0o755 });
  await compileNative(join(folder, 'bin/keytray'), { compiler: 'gcc', flags: ['-O1', '-static'] });
  await symlink('keytray', join(folder, 'bin/psql-keytray'));
  await writeFile(join(folder, 'programs/psql'), '#!/bin/sh\necho started\n', { mode: 0o755 });
  server = createServer((connection) => {
    connection.on('error', () => undefined);
    connection.end(Buffer.concat([Buffer.from(accepted), ...frames]));
  });
  server.listen(socketPath());
  await once(server, 'listening');
  await chmod(socketPath(), 0o666);
});

afterAll(async () => {
  server.close();
  await rm(folder, { recursive: true, force: true });
});

/** Who owns the socket and its folder. */
async function give(uid: number): Promise<void> {
  await chown(socketPath(), uid, uid);
  await chown(lent, uid, uid);
}

/** `psql-keytray` of another user, in a mount namespace of its own. */
async function borrow(mount: 'read-only' | 'writable', env: NodeJS.ProcessEnv = { KEYTRAY_SOCKET: socketPath() }) {
  const options = mount === 'read-only' ? 'remount,bind,ro' : 'remount,bind';
  const script = `mount --bind "${lent}" "${lent}" && mount -o ${options} "${lent}" && exec setpriv --reuid ${borrower} --regid ${borrower} --clear-groups "${folder}/bin/psql-keytray"`;
  try {
    const { stdout, stderr } = await run('unshare', ['-m', 'sh', '-c', script], {
      env: { PATH: `${folder}/programs:/usr/sbin:/usr/bin:/sbin:/bin`, HOME: '/nonexistent', ...env },
    });
    return { status: 0, stdout, stderr };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
    return { status: code, stdout, stderr };
  }
}

const answer = [encodeFrame('O', 'answer\n'), encodeFrame('X', Uint8Array.of(0))];
const next = [encodeFrame('P', 'psql'), encodeFrame('X', Uint8Array.of(0))];

describe('a socket of another user', () => {
  needsRoot('answers where KEYTRAY_SOCKET names it on a read-only mount', async () => {
    await give(lender);
    frames = answer;
    expect(await borrow('read-only')).toEqual({ status: 0, stdout: 'answer\n', stderr: '' });
  });

  needsRoot('is refused on a mount that its owner can write to', async () => {
    await give(lender);
    frames = answer;
    const { status, stdout, stderr } = await borrow('writable');
    expect({ status, stdout }).toEqual({ status: 5, stdout: '' });
    expect(stderr).toContain(`${socketPath()} belongs to uid ${lender}, not to you (uid ${borrower})`);
  });

  needsRoot('is refused where KEYTRAY_SOCKET does not name it', async () => {
    await give(lender);
    frames = answer;
    // The same folder, found as the place where this user's own broker would be.
    await symlink(lent, join(folder, 'keytray'));
    const { status, stdout } = await borrow('read-only', { XDG_RUNTIME_DIR: folder });
    expect({ status, stdout }).toEqual({ status: 5, stdout: '' });
  });

  needsRoot('answers where it and all of the way to it belong to root', async () => {
    await give(0);
    frames = answer;
    expect(await borrow('writable')).toEqual({ status: 0, stdout: 'answer\n', stderr: '' });
    await chown(lent, lender, lender);
    expect(await borrow('writable')).toMatchObject({ status: 5, stdout: '' });
  });

  needsRoot('cannot choose what the client becomes', async () => {
    for (const [uid, mount] of [
      [lender, 'read-only'],
      [0, 'writable'],
    ] as const) {
      await give(uid);
      frames = next;
      expect(await borrow(mount)).toMatchObject({ status: 2, stdout: '', stderr: expect.stringMatching(/frame type/) });
    }
  });
});

import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BusPlace, findBus, formatUnixPath } from '../../../../core/platform/dbus/bus-address.ts';
import { needsRoot } from '../../../support/needs-root.ts';
import { otherUid } from '../../../support/other-user.ts';

const uid = process.getuid?.() ?? 0;
let folder: string;
let socket: string;
const servers: Server[] = [];

async function listenAt(path: string): Promise<string> {
  const server = createServer();
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(path, resolve));
  return path;
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'keytray-bus-'));
  socket = await listenAt(join(folder, 'bus'));
});
afterAll(async () => {
  for (const server of servers) await new Promise((resolve) => server.close(resolve));
  rmSync(folder, { recursive: true, force: true });
});

const find = (addresses: string | undefined, runtimeFolder?: string): BusPlace =>
  findBus(addresses, { uid, runtimeFolder });

describe('the address of a bus', () => {
  it('is a socket in a folder of ours', () => {
    expect(find(`unix:path=${socket}`)).toEqual({ kind: 'path', path: socket });
    expect(find(`unix:path=${socket},guid=0123456789abcdef0123456789abcdef`)).toEqual({ kind: 'path', path: socket });
    expect(find(`unix:path=${socket.replaceAll('/', '%2f')}`)).toEqual({ kind: 'path', path: socket });
    expect(find('unix:runtime=yes', folder)).toEqual({ kind: 'path', path: socket });
  });

  it('is the first that can be trusted of several', () => {
    expect(find(`unix:abstract=x;unix:path=/nonexistent/bus;unix:path=${socket}`)).toEqual({
      kind: 'path',
      path: socket,
    });
    expect(find('autolaunch:;unix:abstract=x')).toEqual({ kind: 'abstract', name: 'x' });
  });

  it('is none where nothing is there', () => {
    for (const nothing of [undefined, '', ';', 'unix:path=/nonexistent/bus', 'unix:runtime=yes']) {
      expect(find(nothing)).toEqual({ kind: 'none' });
    }
  });

  it.each([
    'autolaunch:',
    'autolaunch:scope=*user',
    'unixexec:path=/bin/sh,argv1=-c',
    'tcp:host=127.0.0.1,port=1',
    'nonce-tcp:host=127.0.0.1,port=1,noncefile=/tmp/n',
    'systemd:',
    'launchd:env=DBUS_LAUNCHD_SESSION_BUS_SOCKET',
    'unix:dir=/tmp',
    'unix:tmpdir=/tmp',
    'unix:',
    'unix',
    'unix:path=',
    'unix:path=relative/bus',
    'unix:path=/tmp/bus%',
    'unix:path=/tmp/bus%ff',
    'unix:path=/a,path=/b',
    'unix:path=/a,abstract=b',
    'unix:abstract=a%2cb',
    'unix:abstract=',
    'UNIX:path=/tmp/bus',
    ' unix:path=/tmp/bus',
    'unix:path=/etc/passwd',
  ])('%s is refused', (address) => {
    expect(find(address)).toMatchObject({ kind: 'refused' });
  });

  it('is the socket itself where a link leads to it', () => {
    symlinkSync(socket, join(folder, 'link'));
    expect(find(`unix:path=${join(folder, 'link')}`)).toEqual({ kind: 'path', path: socket });
  });

  it('is refused where others can write to its folder, unless that is sticky', async () => {
    const shared = join(folder, 'shared');
    mkdirSync(shared);
    const path = await listenAt(join(shared, 'bus'));
    chmodSync(shared, 0o777);
    expect(find(`unix:path=${path}`)).toMatchObject({ kind: 'refused', why: expect.stringContaining(shared) });
    chmodSync(shared, 0o1777);
    expect(find(`unix:path=${path}`)).toEqual({ kind: 'path', path });
  });

  needsRoot('is refused where the socket, its folder or a link to it is another user’s', async () => {
    const sticky = join(folder, 'sticky');
    const foreign = join(folder, 'foreign');
    for (const place of [sticky, foreign]) mkdirSync(place);
    chmodSync(sticky, 0o1777);
    const theirs = await listenAt(join(sticky, 'theirs'));
    chownSync(theirs, otherUid, otherUid);
    const inTheirs = await listenAt(join(foreign, 'bus'));
    chownSync(foreign, otherUid, otherUid);
    for (const path of [theirs, inTheirs]) {
      expect(find(`unix:path=${path}`)).toMatchObject({
        kind: 'refused',
        why: expect.stringContaining(`uid ${otherUid}`),
      });
    }
  });
});

it('escapes what an address must not hold', () => {
  expect(formatUnixPath('/run/user/1000/bus')).toBe('unix:path=/run/user/1000/bus');
  expect(formatUnixPath('/tmp/a,b;c:d=e ü')).toBe('unix:path=/tmp/a%2cb%3bc%3ad%3de%20%C3%BC');
});

import { once } from 'node:events';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { type IncomingMessage, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, expect, it } from 'vitest';
import { needsRoot } from '../../support/needs-root.ts';
import { asOtherUser } from '../../support/other-user.ts';
import { type ProxyScene, proxyScene } from '../../support/proxy-scene.ts';

const scenes: ProxyScene[] = [];
const folders: string[] = [];
afterEach(async () => {
  await Promise.all(scenes.splice(0).map((scene) => scene.close()));
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

async function onSocket(): Promise<ProxyScene & { readonly socket: string; readonly folder: string }> {
  const folder = mkdtempSync(join(tmpdir(), 'keytray-proxy-'));
  folders.push(folder);
  const socket = join(folder, 'proxy.sock');
  const scene = await proxyScene({ listen: { kind: 'socket', path: socket } });
  scenes.push(scene);
  return { ...scene, socket, folder };
}

async function ask(socketPath: string, path: string): Promise<{ status: number; body: string }> {
  const sent = request({ socketPath, path, headers: { Host: 'localhost' }, agent: false }).end();
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  return { status: response.statusCode ?? 0, body: await text(response) };
}

it('listens on a socket of its owner, where the secret is asked for all the same', async () => {
  const { socket, path, proxy } = await onSocket();
  expect(proxy.address).toBe(`http+unix://${encodeURIComponent(socket)}${path}`);
  expect(statSync(socket).mode & 0o777).toBe(0o600);
  expect(await ask(socket, `${path}/things`)).toEqual({ status: 200, body: 'served GET /things' });
  expect(await ask(socket, '/things')).toEqual({ status: 404, body: '{}' });
});

it('takes the place of no other file, nor a folder that others can write to', async () => {
  const { socket } = await onSocket();
  const open = (path: string) => proxyScene({ listen: { kind: 'socket', path } });
  await expect(open(socket)).rejects.toMatchObject({ code: 'misconfigured' });
  await expect(open(join(tmpdir(), 'keytray-proxy.sock'))).rejects.toMatchObject({ code: 'misconfigured' });
  await expect(open('proxy.sock')).rejects.toMatchObject({ code: 'misconfigured' });
});

needsRoot('is closed to another user who can open the socket', async () => {
  const { socket, folder, path, asked } = await onSocket();
  const { chmodSync } = await import('node:fs');
  chmodSync(folder, 0o755);
  chmodSync(socket, 0o666);
  const program = `
    socket(my $s, AF_UNIX, SOCK_STREAM, 0) or die; connect($s, pack_sockaddr_un($ARGV[0])) or die "no connection: $!\\n";
    syswrite $s, $ARGV[1]; while (sysread($s, my $a, 65536)) { print $a }`;
  const other = asOtherUser(program, socket, `GET ${path}/ HTTP/1.1\r\nHost: localhost\r\n\r\n`);
  expect(await other.output()).toMatch(/^HTTP\/1\.1 403 /);
  expect(asked()).toBe(0);
});

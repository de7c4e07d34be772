import { request as httpRequest } from 'node:http';
import { connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, describe, expect, it } from 'vitest';
import {
  type ContainerCredentialsAddress,
  openContainerCredentials,
} from '../../../core/endpoints/container-credentials.ts';
import { ProgramEndpoints } from '../../../core/endpoints/program-endpoints.ts';
import { MemoryLogger } from '../../support/broker-socket.ts';
import { kernelPeers } from '../../support/loopback-peers.ts';
import { ManualClock } from '../../support/manual-clock.ts';
import { needsRoot } from '../../support/needs-root.ts';
import { asOtherUser, type OtherUser, otherUid, perlConnect } from '../../support/other-user.ts';

const sockets: Socket[] = [];
const others: OtherUser[] = [];
const ends: (() => void)[] = [];
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  for (const other of others.splice(0)) await other.end();
  for (const end of ends.splice(0)) end();
});

interface Opened extends ContainerCredentialsAddress {
  readonly endpoints: ProgramEndpoints;
  readonly id: string;
  readonly port: number;
  readonly path: string;
  /** How often the keys were asked for. */
  readonly asked: () => number;
  /** The program ends. */
  readonly end: () => void;
}

/** The endpoint, open for this process. */
async function opened(): Promise<Opened> {
  let asked = 0;
  let runs = true;
  const clock = new ManualClock();
  const endpoints = new ProgramEndpoints({ clock, logger: new MemoryLogger(), peers: kernelPeers, name: 'the test' });
  const address = await openContainerCredentials(endpoints, {
    owner: { runs: () => runs },
    document: async () => {
      asked += 1;
      return '{"AccessKeyId":"ASIA1"}';
    },
  });
  // It looks every ten seconds who has ended.
  const end = () => {
    runs = false;
    clock.advance(10_000);
  };
  ends.push(end);
  const { port, pathname } = new URL(address.url);
  return { ...address, endpoints, id: pathname.slice(1), end, port: Number(port), path: pathname, asked: () => asked };
}

function ask(to: Opened, headers: Readonly<Record<string, string>> = {}): Promise<number> {
  return new Promise((resolve, reject) => {
    const all = { authorization: to.authorization.reveal(), ...headers };
    const sending = httpRequest({ host: '127.0.0.1', port: to.port, path: to.path, headers: all, agent: false });
    sending.once('response', (response) => {
      response.resume().once('end', () => resolve(response.statusCode ?? 0));
    });
    sending.once('error', reject).end();
  });
}

/** A connection of our own that says nothing; resolves when it is open. */
function lurk({ port }: Opened): Promise<{ readonly socket: Socket; readonly closed: Promise<void> }> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1');
    sockets.push(socket);
    const closed = new Promise<void>((done) => socket.once('close', () => done()));
    socket.once('connect', () => resolve({ socket, closed })).once('error', reject);
  });
}

describe('the AWS endpoint', () => {
  needsRoot('gives another user nothing, also with the path and the secret', async () => {
    const it = await opened();
    const request = `GET ${it.path} HTTP/1.1\r\nHost: 127.0.0.1:${it.port}\r\nAuthorization: ${it.authorization.reveal()}\r\n\r\n`;
    const program = `my $s = dial($ARGV[0], $ARGV[1]); syswrite $s, $ARGV[2]; while (sysread($s, my $a, 65536)) { print $a }`;
    for (const host of ['127.0.0.1', '::ffff:127.0.0.1']) {
      const other = asOtherUser(`${perlConnect}\n${program}`, host, it.port, request);
      others.push(other);
      const answer = await other.output();
      expect(answer).toMatch(/^HTTP\/1\.1 403 /);
      expect(answer).toContain(`a program of uid ${otherUid} was refused`);
    }
    expect(it.asked()).toBe(0);
    expect(await ask(it)).toBe(200);
  });

  needsRoot('serves its owner while another user sits on 200 connections', async () => {
    const it = await opened();
    const sit = 'my @held; for (1 .. 200) { push @held, dial($ARGV[0], $ARGV[1]) } print "sitting\\n"; sleep 60;';
    const other = asOtherUser(`${perlConnect}\n${sit}`, '127.0.0.1', it.port);
    others.push(other);
    expect(await other.line()).toBe('sitting');
    expect(await ask(it)).toBe(200);
  });

  it('drops its oldest idle connection for a new one', async () => {
    const it = await opened();
    const held = [];
    for (let i = 0; i < 64; i += 1) held.push(await lurk(it));
    expect(await ask(it)).toBe(200);
    await held[0]?.closed;
    expect(held.slice(1).filter(({ socket }) => socket.destroyed)).toEqual([]);
  });

  it('answers no web page, whatever name it gave this machine', async () => {
    const it = await opened();
    for (const headers of [
      { host: 'evil.example' },
      { origin: 'http://evil.example' },
      { referer: 'http://evil.example/' },
    ]) {
      expect(await ask(it, headers)).toBe(404);
    }
    expect(await ask(it, { authorization: 'guessed' })).toBe(404);
    expect(it.asked()).toBe(0);
  });

  it('cuts its connections when the program has ended', async () => {
    const it = await opened();
    const held = await lurk(it);
    it.end();
    await held.closed;
    await expect(ask(it)).rejects.toThrow(/ECONNREFUSED/);
  });

  it('can be ended before its program, and then listens no more', async () => {
    const it = await opened();
    expect(it.endpoints.end('another')).toBe(false);
    expect(await ask(it)).toBe(200);
    expect(it.endpoints.end(it.id)).toBe(true);
    await expect(ask(it)).rejects.toThrow(/ECONNREFUSED/);
    expect(it.endpoints.end(it.id)).toBe(false);
  });

  it('is not opened for a program that has ended, or that nobody can watch', async () => {
    const { endpoints } = await opened();
    const open = openContainerCredentials(endpoints, { owner: { runs: () => false }, document: async () => '{}' });
    await expect(open).rejects.toMatchObject({ code: 'invalid_request' });
  });

  it('takes one name of the machine, not two', async () => {
    const it = await opened();
    const head = `GET ${it.path} HTTP/1.1\r\nAuthorization: ${it.authorization.reveal()}\r\nConnection: close\r\n`;
    const own = `Host: 127.0.0.1:${it.port}\r\n`;
    expect(await raw(it, `${head}${own}\r\n`)).toMatch(/^HTTP\/1\.1 200 /);
    expect(await raw(it, `${head}${own}Host: evil.example\r\n\r\n`)).toMatch(/^HTTP\/1\.1 404 /);
  });
});

/** All that comes back for these bytes. */
async function raw({ port }: Opened, bytes: string): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  sockets.push(socket);
  socket.write(bytes);
  return await text(socket);
}

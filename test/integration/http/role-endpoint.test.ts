import { readFileSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { connect, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { parseStartTime } from '../../../core/access/process-identity.ts';
import type { RoleEndpointAddress } from '../../../core/helpers/helper.ts';
import { RoleEndpoint } from '../../../core/role-endpoint.ts';
import { Secret } from '../../../core/secret.ts';
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

interface Opened extends RoleEndpointAddress {
  readonly port: number;
  readonly path: string;
  /** How often the keys were asked for. */
  readonly asked: () => number;
}

/** The endpoint, open for this process. */
async function opened(): Promise<Opened> {
  let asked = 0;
  const clock = new ManualClock();
  const startTime = parseStartTime(readFileSync('/proc/self/stat', 'latin1'));
  const consumer = { uid: 0, pid: process.pid, executable: process.execPath, startTime, parents: [] };
  const endpoint = new RoleEndpoint({ clock, logger: new MemoryLogger(), peers: kernelPeers });
  const address = await endpoint.open({
    consumer,
    role: 'arn:aws:iam::123456789012:role/Developer',
    credentials: async () => {
      asked += 1;
      const secret = new Secret('the-secret-key');
      return {
        accessKeyId: 'ASIA1',
        secretAccessKey: secret,
        sessionToken: secret,
        expiresAt: clock.now() + 3_600_000,
      };
    },
  });
  // It looks every ten seconds who has ended; with another start time, this process has.
  ends.push(() => {
    consumer.startTime = -1;
    clock.advance(10_000);
  });
  const { port, pathname } = new URL(address.url);
  return { ...address, port: Number(port), path: pathname, asked: () => asked };
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
});

import { readFileSync } from 'node:fs';
import { createSecureContext } from 'node:tls';
import { connectTcp } from '../../../core/endpoints/account-server.ts';
import { openPostgresProxy } from '../../../core/endpoints/postgres/postgres-proxy.ts';
import { KernelPeers } from '../../../core/platform/kernel-peers.ts';
import { SystemClock } from '../../../core/platform/system-clock.ts';
import { Secret } from '../../../core/secret.ts';
import { MemoryLogger } from '../../support/broker-socket.ts';
import { passwords } from '../../support/postgres-proxy-scene.ts';

/** `postgres-proxy.ts SOCKET PORT AUTHORITY`: the proxy in front of the server at PORT; says `listening` when it is. */
const [path = '', port = '0', authority = ''] = process.argv.slice(2);
const target = {
  host: '127.0.0.1',
  port: Number(port),
  database: 'shop',
  user: 'clear',
  password: new Secret(passwords.clear),
  authorities: createSecureContext({ ca: readFileSync(authority) }),
};
await openPostgresProxy({
  clock: new SystemClock(),
  logger: new MemoryLogger(),
  peers: new KernelPeers({ uid: process.getuid?.() ?? 0 }),
  listen: { kind: 'socket', path },
  target: async () => target,
  connect: connectTcp,
});
process.stdout.write('listening\n');

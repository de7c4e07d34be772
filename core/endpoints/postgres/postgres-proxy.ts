import { createServer, type Server, type Socket } from 'node:net';
import { rarely } from '../../concurrency/rarely.ts';
import { KeytrayError } from '../../errors.ts';
import { holderWords, listen } from '../../http/loopback-port.ts';
import type { PeerOwner } from '../../ports.ts';
import type { ListenerDependencies } from '../loopback-listener.ts';
import { bindOwnSocket, socketPeer } from '../socket-listener.ts';
import { CancelKeys } from './cancel-keys.ts';
import { fatalError } from './messages.ts';
import type { Connect } from './secured-server.ts';
import { openSession, type PostgresTarget } from './session.ts';

export interface PostgresProxyOptions extends ListenerDependencies {
  /** `socket`: the whole path, `…/.s.PGSQL.5432` for clients of libpq; in a folder of its owner alone. */
  readonly listen:
    | { readonly kind: 'socket'; readonly path: string }
    | { readonly kind: 'port'; readonly port: number };
  /** Asked for every session. Throws `KeytrayError`. */
  target(): Promise<PostgresTarget>;
  readonly connect: Connect;
}

export interface PostgresProxy {
  /** Of the listener on 127.0.0.1; undefined on a socket. */
  readonly port: number | undefined;
  /** Resolves when nothing listens any more; open sessions are cut. */
  close(): Promise<void>;
}

/** PostgreSQL itself allows 100 where nothing else is set. */
const mostConnections = 512;
/** Milliseconds a client may take until its session has begun. */
const longestStartup = 60_000;

/**
 * A PostgreSQL server for clients of our own user, without a password: each session is opened at the account's server
 * with a fresh one, over verified TLS. Throws `KeytrayError` `misconfigured` where it cannot listen.
 */
export async function openPostgresProxy(options: PostgresProxyOptions): Promise<PostgresProxy> {
  const { listen: where, clock, connect, target } = options;
  const sockets = new Set<Socket>();
  const sessions = { target, connect, cancelKeys: new CancelKeys(connect) };
  const admit = admission(options);

  const accepted = async (client: Socket): Promise<void> => {
    if (!(await admit(client))) return void client.destroy();
    if (sockets.size > mostConnections) return void client.end(tooMany);
    client.setNoDelay(true);
    const limit = clock.after(longestStartup, () => client.destroy());
    client.once('close', () => limit.cancel());
    // Whoever was refused, and stays, is cut off in the end.
    if (await openSession(client, sessions)) limit.cancel();
  };
  const server = createServer((client) => {
    sockets.add(client);
    client.on('error', () => client.destroy());
    client.once('close', () => sockets.delete(client));
    accepted(client).catch(() => client.destroy());
  });

  if (where.kind === 'socket') await bindOwnSocket(server, where.path);
  else await bindPort(server, where.port, options);
  const address = server.address();
  const close = async (): Promise<void> => {
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    for (const socket of sockets) socket.destroy();
    await closed;
  };
  return { port: typeof address === 'object' ? address?.port : undefined, close };
}

const tooMany = fatalError('53300', 'keytray: too many connections');

/** Whether the kernel says that a connection is of our own user. */
function admission({
  listen: where,
  peers,
  clock,
  logger,
}: PostgresProxyOptions): (client: Socket) => Promise<boolean> {
  const logRefused = rarely(
    (owner: PeerOwner, passedOver) => logger.warn('the Postgres proxy: refused a connection', { ...owner, passedOver }),
    () => clock.monotonic(),
  );
  return async (client) => {
    const owner = where.kind === 'socket' ? socketPeer(client) : await peers.owner(client);
    if (owner.kind === 'ours' || owner.kind === 'not_told') return true;
    logRefused(owner);
    return false;
  };
}

async function bindPort(server: Server, port: number, { peers }: PostgresProxyOptions): Promise<void> {
  if ((await listen(server, port, '127.0.0.1')) === 'listening') return;
  const holder = await peers.holder('127.0.0.1', port);
  const who = holder === undefined ? 'another program' : holderWords(holder);
  throw new KeytrayError('misconfigured', `the Postgres proxy cannot use port ${port}: ${who} has it`, {
    advice: 'End that program, or choose another port.',
  });
}

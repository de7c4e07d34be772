import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createSecureContext } from 'node:tls';
import { openPostgresProxy, type PostgresProxy } from '../../core/endpoints/postgres/postgres-proxy.ts';
import type { PostgresTarget } from '../../core/endpoints/postgres/session.ts';
import { Secret } from '../../core/secret.ts';
import { MemoryLogger } from './broker-socket.ts';
import { type Certificate, makeCertificate } from './certificate.ts';
import { kernelPeers } from './loopback-peers.ts';
import { ManualClock } from './manual-clock.ts';
import { type PostgresServer, startPostgres } from './postgres-server.ts';
import { type Finished, runToEnd } from './processes.ts';

/** A real PostgreSQL with TLS by a private authority: `clear` logs in with a password as it is, `scram` with a proof. */
export interface TlsPostgres {
  readonly server: PostgresServer;
  readonly certificate: Certificate;
  close(): Promise<void>;
}

export const passwords = { clear: 'the-password-of-clear', scram: 'the password of scram' } as const;

export async function startTlsPostgres(more: readonly string[] = []): Promise<TlsPostgres> {
  const folder = await mkdtemp(path.join(tmpdir(), 'keytray-pg-tls-'));
  const certificate = await makeCertificate(folder);
  const server = await startPostgres({
    tls: certificate,
    hba: ['hostssl all scram all scram-sha-256', 'hostssl all md5 all md5', 'hostssl all all all password'],
    more: ['max_connections=250', ...more],
  });
  for (const [role, password] of Object.entries(passwords)) {
    await server.sql(`create role ${role} login superuser password '${password}'`);
  }
  await server.sql('create database shop owner clear');
  const close = async (): Promise<void> => {
    await server.close();
    await rm(folder, { recursive: true, force: true });
  };
  return { server, certificate, close };
}

export interface PostgresScene {
  readonly proxy: PostgresProxy;
  /** Folder of the socket, as `PGHOST`; with `port` there is none. */
  readonly folder: string;
  readonly env: Readonly<Record<string, string>>;
  readonly logger: MemoryLogger;
  readonly clock: ManualClock;
  /** Sessions that asked where they lead. */
  readonly asked: () => number;
  /** What the next sessions are told; throw to refuse. */
  target: () => Promise<PostgresTarget>;
  /** A connection of our own, below the protocol. */
  raw(): Promise<Socket>;
  run(program: string, ...args: readonly string[]): Promise<Finished>;
  psql(statement: string, ...args: readonly string[]): Promise<Finished>;
  close(): Promise<void>;
}

export interface PostgresSceneOptions {
  readonly role?: keyof typeof passwords;
  readonly overTcp?: boolean;
}

export async function postgresScene(to: TlsPostgres, options: PostgresSceneOptions = {}): Promise<PostgresScene> {
  const folder = await mkdtemp(path.join(tmpdir(), 'keytray-pg-'));
  const socket = path.join(folder, '.s.PGSQL.5432');
  const logger = new MemoryLogger();
  const role = options.role ?? 'clear';
  const clock = new ManualClock();
  let asked = 0;
  const scene = {
    target: async (): Promise<PostgresTarget> => ({
      host: '127.0.0.1',
      port: to.server.port,
      database: 'shop',
      user: role,
      password: new Secret(passwords[role]),
      authorities: createSecureContext({ ca: to.certificate.cert }),
    }),
  };
  const proxy = await openPostgresProxy({
    clock,
    logger,
    peers: kernelPeers,
    listen: options.overTcp ? { kind: 'port', port: 0 } : { kind: 'socket', path: socket },
    target: async () => {
      asked += 1;
      return await scene.target();
    },
    // Whatever its name.
    connect: async ({ port }) => {
      const connection = connect(port, '127.0.0.1');
      await once(connection, 'connect');
      return connection;
    },
  });
  const where = options.overTcp
    ? { PGHOST: '127.0.0.1', PGPORT: String(proxy.port) }
    : { PGHOST: folder, PGPORT: '5432' };
  const env = { PATH: process.env.PATH ?? '', HOME: folder, PGUSER: 'anyone', ...where };
  const run = (program: string, ...args: readonly string[]) => runToEnd(program, args, { env, cwd: folder });
  return Object.assign(scene, {
    proxy,
    folder,
    env,
    logger,
    clock,
    asked: () => asked,
    raw: async () => {
      const connection = options.overTcp ? connect(proxy.port ?? 0, '127.0.0.1') : connect(socket);
      await once(connection, 'connect');
      return connection;
    },
    run,
    psql: (statement: string, ...args: readonly string[]) =>
      run('psql', '-X', '-w', '-A', '-t', '-v', 'ON_ERROR_STOP=1', '-c', statement, ...args),
    close: async () => {
      await proxy.close();
      await rm(folder, { recursive: true, force: true });
    },
  });
}

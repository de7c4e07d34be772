import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Command } from 'commander';
import type { Cli } from '../cli.ts';
import { readDatabaseName } from '../database-target.ts';
import { usageFailure } from '../failure.ts';
import { endingOnInterruption } from '../interruption.ts';
import { portNumber } from '../port-number.ts';

/** What clients of libpq look for in the folder that `PGHOST` names. */
const socketName = '.s.PGSQL.5432';

function listeningPort(text: string): number {
  const port = portNumber(text);
  if (port !== undefined) return port;
  throw usageFailure(`not a port: ${text}`, 'Write: --listen 6432');
}

export function addPgProxy(pg: Command, cli: Cli): void {
  pg.command('proxy')
    .description('a server here that needs no password')
    .argument('<database>', 'ACCOUNT, or ACCOUNT/TARGET where it has several')
    .option('--listen <port>', 'on 127.0.0.1, instead of a Unix socket', listeningPort)
    .action(async (database: string, { listen }: { readonly listen?: number }) => {
      await serve(cli, database, listen);
    });
}

async function serve(cli: Cli, database: string, port: number | undefined): Promise<void> {
  const [{ openPostgresProxy }, { connectTcp }, { databaseTarget }, { listenerDependencies }] = await Promise.all([
    import('../../core/endpoints/postgres/postgres-proxy.ts'),
    import('../../core/endpoints/account-server.ts'),
    import('../database-target.ts'),
    import('../local-listener.ts'),
  ]);
  const broker = await cli.broker();
  const name = readDatabaseName(database);
  const target = () => databaseTarget(broker, name);
  // A sign-in that is missing should show now, not in the first session.
  await target();
  const folder =
    port === undefined ? await mkdtemp(join(cli.env.XDG_RUNTIME_DIR || tmpdir(), 'keytray-pg-')) : undefined;
  const tidyUp = async (): Promise<void> => {
    if (folder !== undefined) await rm(folder, { recursive: true, force: true });
  };
  try {
    const proxy = await openPostgresProxy({
      ...listenerDependencies(cli),
      listen:
        folder === undefined ? { kind: 'port', port: port ?? 0 } : { kind: 'socket', path: join(folder, socketName) },
      target,
      connect: connectTcp,
    });
    const end = async (): Promise<void> => {
      await proxy.close();
      await tidyUp();
    };
    cli.out.write(`PGHOST=${folder ?? '127.0.0.1'} PGPORT=${proxy.port ?? 5432}\n`);
    await endingOnInterruption(end, () => new Promise<never>(() => undefined));
  } finally {
    await tidyUp();
  }
}

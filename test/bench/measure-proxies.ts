import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { startChild } from '../../demo/children.ts';
import { passwords, startTlsPostgres } from '../support/postgres-proxy-scene.ts';
import { newestBin } from '../support/postgres-server.ts';
import { runToEnd } from '../support/processes.ts';
import { program, startProgram } from './bench-program.ts';
import { budgets } from './budgets.ts';
import { lab, manyAccounts } from './many-accounts.ts';
import { thisCheckout } from './product.ts';
import type { Row } from './report.ts';
import { medians } from './rounds.ts';
import type { WarmLab } from './warm-lab.ts';

const peer = 'directly';
const mebibyte = 1024 * 1024;

/** Both proxies beside a direct connection to the same server. */
export async function measureProxies(warmLab: WarmLab, seconds: number, rounds: number): Promise<Row[]> {
  return [...(await measureHttp(warmLab, seconds, rounds)), ...(await measurePostgres(seconds, rounds))];
}

const loadOutcome = z.object({ requests: z.number(), failures: z.number(), seconds: z.number(), bytes: z.number() });

async function load(port: string, path: string, connections: number, seconds: number) {
  const outcome = loadOutcome.parse(await program('http-load', [port, path, `${connections}`, `${seconds}`]));
  if (outcome.failures > 0) throw new Error(`${outcome.failures} requests failed`);
  return outcome;
}

/** `keytray proxy` as people start it, which asks the broker. */
async function measureHttp({ server, keytray }: WarmLab, seconds: number, rounds: number): Promise<Row[]> {
  const folder = await mkdtemp(join(tmpdir(), 'keytray-bench-proxy-'));
  const origin = startProgram('http-origin', []);
  const port = await origin.firstLine();
  const config = join(folder, 'config.yaml');
  const { accounts } = JSON.parse(manyAccounts(server.issuer, 1)) as { accounts: Record<string, object> };
  const proxied = { accounts: { [lab.account]: { ...accounts[lab.account], url: `http://127.0.0.1:${port}` } } };
  await writeFile(config, JSON.stringify(proxied), { mode: 0o600 });
  const env = { ...keytray.env, KEYTRAY_CONFIG: config };
  const proxy = startChild(thisCheckout.program('keytray'), ['proxy', lab.account], { env, cwd: '/' });
  try {
    const address = new URL(await proxy.firstLine());
    const places: readonly (readonly [string, string, string])[] = [
      ['keytray', address.port, address.pathname],
      [peer, port, ''],
    ];
    const rate = await medians(
      places.map(([name, at, base]) => ({
        name,
        run: async () => {
          const outcome = await load(at, `${base}/`, 16, seconds);
          return outcome.requests / outcome.seconds;
        },
      })),
      rounds,
    );
    const bulk = await medians(
      places.map(([name, at, base]) => ({
        name,
        run: async () => {
          const outcome = await load(at, `${base}/bulk?${256 * mebibyte}`, 1, 0);
          return outcome.bytes / mebibyte / outcome.seconds;
        },
      })),
      rounds,
    );
    return [
      row('keytray proxy, 16 connections', '/s', rate, budgets.proxyRate),
      row('  256 MiB down', 'MiB/s', bulk, budgets.proxyBulk),
    ];
  } finally {
    await proxy.stop();
    await origin.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

const scale = 4;
/** Rows of a COPY; about 1 GiB. */
const copied = 9_700_000;

async function measurePostgres(seconds: number, rounds: number): Promise<Row[]> {
  const postgres = await startTlsPostgres();
  const folder = await mkdtemp(join(tmpdir(), 'keytray-bench-pg-'));
  const { server, certificate } = postgres;
  const socket = join(folder, '.s.PGSQL.5432');
  const proxy = startProgram('postgres-proxy', [socket, `${server.port}`, certificate.file]);
  try {
    await proxy.firstLine();
    const common = { PATH: process.env.PATH, HOME: folder, PGDATABASE: 'shop' };
    const through = { ...common, PGHOST: folder, PGPORT: '5432', PGUSER: 'anyone' };
    const directly = {
      ...common,
      ...{ PGHOST: '127.0.0.1', PGPORT: `${server.port}`, PGUSER: 'clear', PGPASSWORD: passwords.clear },
      ...{ PGSSLMODE: 'verify-full', PGSSLROOTCERT: certificate.file },
    };
    const places = [
      { name: 'keytray', env: through },
      { name: peer, env: directly },
    ];
    const pgbench = join(await newestBin(), 'pgbench');
    const run = async (env: NodeJS.ProcessEnv, file: string, args: readonly string[]): Promise<string> => {
      const { status, stdout, stderr } = await runToEnd(file, args, { env, cwd: folder });
      if (status !== 0) throw new Error(`${file}: ${stderr}`);
      return stdout;
    };
    await run(directly, pgbench, ['-i', '-q', '-s', `${scale}`]);
    const transactions = async (clients: number) =>
      await medians(
        places.map(({ name, env }) => ({
          name,
          run: async () => {
            const args = ['-n', '-S', '-M', 'prepared', '-c', `${clients}`, '-T', `${seconds}`];
            return Number(/^tps = ([\d.]+)/m.exec(await run(env, pgbench, args))?.[1]);
          },
        })),
        rounds,
      );
    const copy = `psql -X -w -c "copy (select n, repeat('x', 100) from generate_series(1, ${copied}) n) to stdout" | wc -c`;
    const bulk = await medians(
      places.map(({ name, env }) => ({
        name,
        run: async () => {
          const start = performance.now();
          const bytes = Number(await run(env, 'bash', ['-o', 'pipefail', '-c', copy]));
          return bytes / mebibyte / ((performance.now() - start) / 1_000);
        },
      })),
      rounds,
    );
    return [
      row('keytray pg proxy, pgbench -S, 1 client', '/s', await transactions(1), budgets.postgresRate),
      row('  16 clients', '/s', await transactions(16), budgets.postgresRateOfMany),
      row('  COPY down', 'MiB/s', bulk, budgets.postgresBulk),
    ];
  } finally {
    await proxy.stop();
    await postgres.close();
    await rm(folder, { recursive: true, force: true });
  }
}

function row(what: string, unit: string, of: (name: string) => number, budget: Row['budget']): Row {
  return { what, unit, ours: of('keytray'), peer: { name: peer, value: of(peer) }, ...(budget && { budget }) };
}

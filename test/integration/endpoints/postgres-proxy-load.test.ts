import { statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Readable } from 'node:stream';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  type PostgresScene,
  postgresScene,
  startTlsPostgres,
  type TlsPostgres,
} from '../../support/postgres-proxy-scene.ts';
import { newestBin } from '../../support/postgres-server.ts';
import { waitFor } from '../../support/wait-for.ts';

let postgres: TlsPostgres;
let scene: PostgresScene;
const clients: pg.Client[] = [];
beforeAll(async () => {
  postgres = await startTlsPostgres();
}, 120_000);
afterAll(async () => await postgres.close());
afterEach(async () => {
  for (const client of clients.splice(0))
    (client as unknown as { connection: { stream: { destroy(): void } } }).connection.stream.destroy();
  await scene.close();
});

async function connected(): Promise<pg.Client> {
  const client = new pg.Client({ host: scene.folder, port: 5432, user: 'anyone', database: 'shop' });
  client.on('error', () => undefined);
  clients.push(client);
  await client.connect();
  return client;
}

it('carries pgbench, its pipelines too, and what pg_dump reads can be restored', { timeout: 180_000 }, async () => {
  scene = await postgresScene(postgres);
  const bin = (name: string) => newestBin().then((folder) => path.join(folder, name));
  const pgbench = await bin('pgbench');
  expect(await scene.run(pgbench, '-i', '-q', '-s', '1', 'shop')).toMatchObject({ status: 0 });
  const rounds = await scene.run(pgbench, '-n', '-M', 'prepared', '-c', '8', '-t', '50', 'shop');
  expect(rounds).toMatchObject({ status: 0 });
  expect(rounds.stdout).toContain('number of failed transactions: 0 ');
  expect(await postgres.server.sql('select 1')).toBe('1');
  const counted = async (database: string) =>
    (await scene.psql('select count(*), sum(abalance) from pgbench_accounts', database)).stdout;

  const dump = path.join(scene.folder, 'shop.dump');
  expect(await scene.run(await bin('pg_dump'), '-w', '-Fc', '-f', dump, 'shop')).toMatchObject({ status: 0 });
  expect(statSync(dump).size).toBeGreaterThan(100_000);
  const before = await counted('shop');
  expect(before).toMatch(/^100000\|/);
  expect(await scene.psql('drop table pgbench_accounts')).toMatchObject({ status: 0 });
  const restored = await scene.run(await bin('pg_restore'), '-w', '-d', 'shop', '-t', 'pgbench_accounts', dump);
  expect(restored).toMatchObject({ status: 0 });
  expect(await counted('shop')).toBe(before);
});

it('carries statements that were sent ahead of their answers', async () => {
  scene = await postgresScene(postgres);
  const script = path.join(scene.folder, 'ahead.sql');
  const select = "select repeat('x', 5000);";
  writeFileSync(
    script,
    ['\\startpipeline', ...Array.from({ length: 50 }, () => select), '\\endpipeline', ''].join('\n'),
  );
  const pgbench = path.join(await newestBin(), 'pgbench');
  const rounds = await scene.run(pgbench, '-n', '-M', 'extended', '-c', '2', '-t', '20', '-f', script, 'shop');
  expect(rounds).toMatchObject({ status: 0 });
  expect(rounds.stdout).toContain('number of transactions actually processed: 40/40');
});

it('carries COPY both ways', { timeout: 120_000 }, async () => {
  scene = await postgresScene(postgres);
  const rows = 400_000;
  const made = `copy (select n, repeat('x', 100) from generate_series(1, ${rows}) n) to stdout`;
  const load = `set -e; psql -X -w -c 'create table if not exists copied (n int, t text)' -c 'truncate copied'
    psql -X -w -c "${made}" | psql -X -w -c 'copy copied from stdin'`;
  expect(await scene.run('bash', '-o', 'pipefail', '-c', load)).toMatchObject({ status: 0, stderr: '' });
  expect((await scene.psql('select count(*), sum(length(t)) from copied')).stdout).toBe(`${rows}|${rows * 100}\n`);
});

describe('many sessions', () => {
  it('are open at a time, and take memory as they are used', { timeout: 180_000 }, async () => {
    scene = await postgresScene(postgres);
    const before = process.memoryUsage.rss();
    for (let opened = 0; opened < 200; opened += 20) await Promise.all(Array.from({ length: 20 }, connected));
    expect(clients).toHaveLength(200);
    const answers = await Promise.all(clients.map((client) => client.query('select pg_backend_pid() as pid')));
    expect(new Set(answers.map(({ rows }) => rows[0]?.pid)).size).toBe(200);
    expect(scene.asked()).toBe(200);
    // Both ends of every session are in this process, and TLS has its buffers.
    expect(process.memoryUsage.rss() - before).toBeLessThan(256 * 1024 * 1024);
  });

  it('wait for a client that does not read, which holds up nobody else', async () => {
    scene = await postgresScene(postgres);
    const slow = await connected();
    const { stream } = (slow as unknown as { connection: { stream: Readable } }).connection;
    const before = process.memoryUsage.rss();
    slow.query("select repeat('x', 1000) from generate_series(1, 2000000)").catch(() => undefined);
    stream.pause();
    const state = "select coalesce(wait_event, '') from pg_stat_activity where query like 'select repeat%'";
    await waitFor('the server to be held up', async () => (await postgres.server.sql(state)) === 'ClientWrite');
    expect((await scene.psql('select 1')).stdout).toBe('1\n');
    expect(process.memoryUsage.rss() - before).toBeLessThan(64 * 1024 * 1024);
  });
});

it('ends every session of a server that dies, and opens new ones when it is back', { timeout: 120_000 }, async () => {
  const mortal = await startTlsPostgres();
  scene = await postgresScene(mortal);
  const sessions = await Promise.all(Array.from({ length: 10 }, connected));
  const ended = sessions.map((client) => new Promise<void>((resolve) => client.on('end', () => resolve())));
  // Nothing is said to the clients.
  process.kill(mortal.server.pid, 'SIGKILL');
  await Promise.all(ended);
  expect(await scene.psql('select 1')).toMatchObject({
    status: 2,
    stderr: expect.stringMatching(/cannot be reached \(ECONNREFUSED\)|broke off the connection/),
  });
  await mortal.close();
  const target = await scene.target();
  scene.target = async () => ({ ...target, port: postgres.server.port });
  const trusted = await postgresScene(postgres);
  scene.target = trusted.target;
  expect((await scene.psql('select 1')).stdout).toBe('1\n');
  await trusted.close();
});

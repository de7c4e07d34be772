import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { memoryOfTree } from '../../bench/process-memory.ts';
import { measuredFlags, memoryAfterCollection } from '../../support/measured-agent.ts';
import { startTlsPostgres, type TlsPostgres } from '../../support/postgres-proxy-scene.ts';

const megabyte = 1_000_000;
const sessions = 200;
let postgres: TlsPostgres;
let folder: string;
let proxy: ChildProcess;
const clients: pg.Client[] = [];

beforeAll(async () => {
  postgres = await startTlsPostgres();
  folder = await mkdtemp(path.join(tmpdir(), 'keytray-pg-memory-'));
  const socket = path.join(folder, '.s.PGSQL.5432');
  const program = path.resolve(import.meta.dirname, '../../bench/programs/postgres-proxy.ts');
  const args = [...measuredFlags, program, socket, `${postgres.server.port}`, postgres.certificate.file];
  const started = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit', 'ipc'] });
  proxy = started;
  // It says that it listens, or it ends.
  await Promise.race([once(started.stdout ?? started, 'data'), once(started, 'exit')]);
  expect(started.exitCode).toBeNull();
});
afterAll(async () => {
  await Promise.allSettled(clients.map((client) => client.end()));
  if (proxy?.exitCode === null && proxy.kill('SIGKILL')) await once(proxy, 'exit');
  await rm(folder, { recursive: true, force: true });
  await postgres?.close();
});

async function opened(): Promise<void> {
  const client = new pg.Client({ host: folder, port: 5432, user: 'anyone', database: 'shop' });
  client.on('error', () => undefined);
  clients.push(client);
  await client.connect();
}

/** 100 kB down and as many up on each session, ten sessions at a time. */
async function round(): Promise<number> {
  const text = 'x'.repeat(100_000);
  let bytes = 0;
  for (let at = 0; at < clients.length; at += 10) {
    const answers = await Promise.all(
      clients.slice(at, at + 10).map((client) => client.query('select $1::text as echoed', [text])),
    );
    for (const { rows } of answers) bytes += String(rows[0]?.echoed).length;
  }
  return bytes;
}

it('holds 200 sessions in memory that does not grow with what they carry', { timeout: 180_000 }, async () => {
  for (let at = 0; at < sessions; at += 20) await Promise.all(Array.from({ length: 20 }, opened));
  // What is garbage waits for its collection, longer or shorter.
  const memory = async (): Promise<number> => {
    await memoryAfterCollection(proxy);
    return memoryOfTree(proxy.pid ?? 0, 'Pss_Anon') / megabyte;
  };
  // The buffers of each session and of the engine are there after the first use.
  await round();
  const warm = await memory();
  const after: number[] = [];
  for (let times = 0; times < 3; times += 1) {
    expect(await round()).toBe(sessions * 100_000);
    after.push(await memory());
  }
  // 40 MB went through in each round.
  for (const then of after) expect(then - warm).toBeLessThan(10);
});

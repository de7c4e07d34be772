import { WorkspaceClient } from '@databricks/sdk-experimental';
import { Pool, type PoolClient } from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { LocalApiClient } from '../../../core/local-api/client/client.ts';
import { row } from '../../rows/row.ts';
import { caller } from '../../support/broker.ts';
import { type LakebaseScene, lakeAccount, startLakebaseScene } from '../../support/lakebase-scene.ts';
import { type Lakebase, startLakebase } from '../../support/vendors/databricks/lakebase.ts';

/** Clients that live longer than a password or a token does. */

let lakebase: Lakebase;
let scene: LakebaseScene;
beforeAll(async () => {
  lakebase = await startLakebase();
  scene = await startLakebaseScene(lakeAccount(lakebase, 'lake', { grant: 'client_credentials' }));
  await scene.broker.start();
  await scene.enter('lake');
}, 120_000);
afterAll(async () => {
  await scene.close();
  await lakebase.close();
});

it("Databricks' SDK, unmodified, goes on over two lives of a token", async () => {
  lakebase.workspace.oidc.accessTokenLife = 300;
  await scene.broker.logout('lake', { revoke: false });
  await scene.enter('lake');
  // As `keytray exec` does, for the process that asks.
  const { url } = await scene.broker.openEndpoint(
    'lake',
    { kind: 'databricks' },
    { ...caller, consumer: { ...caller.consumer, pid: process.pid, startTime: await startOf(process.pid) } },
  );
  const client = new WorkspaceClient({
    host: lakebase.workspace.url,
    authType: 'metadata-service',
    metadataServiceUrl: url,
  });
  const used = new Set<string>();
  try {
    for (let calls = 0; calls < 9; calls += 1) {
      expect((await client.currentUser.me()).userName).toBe(lakebase.workspace.people.servicePrincipal.clientId);
      used.add(lakebase.workspace.requests.at(-1)?.headers.authorization ?? '');
      scene.skip(75_000);
    }
  } finally {
    lakebase.workspace.oidc.accessTokenLife = 3_600;
  }
  expect(used.size).toBeGreaterThanOrEqual(3);
});

const life = 12;
const query = 'select current_user as who';
const asked = (): number => lakebase.workspace.to('/api/2.0/database/credentials').length;

describe('a pool of ten over three lives of a password', () => {
  beforeEach(() => {
    lakebase.workspace.lakebase.passwordLife = life;
    scene.skip(3_600_000);
  });

  it('opens every new connection, psql among them, keeps the open ones, and costs one request per life', async () => {
    row('L14', 'L16');
    const broker = new LocalApiClient(scene.socketPath);
    const login = async () => (await broker.credentials('lake', { kind: 'postgres' })) as Record<string, string>;
    const { username, host, port, dbname } = await login();
    const before = asked() - 1;
    const pool = new Pool({
      user: username,
      host,
      port: Number(port),
      database: dbname,
      max: 10,
      ssl: { ca: lakebase.authority.pem },
      password: async () => (await login()).password ?? '',
    });
    pool.on('error', () => undefined);
    const oldest = await pool.connect();
    for (let lives = 1; lives <= 3; lives += 1) {
      const all: PoolClient[] = await Promise.all(Array.from({ length: 9 }, () => pool.connect()));
      const answers = await Promise.all(all.map((client) => client.query(query)));
      expect(new Set(answers.map(({ rows }) => rows[0].who))).toEqual(new Set([username]));
      const psql = await scene.sandbox.run(['pg', 'psql', 'lake', '--', '-X', '-A', '-t', '-w', '-c', query]);
      expect(psql).toMatchObject({ status: 0, stdout: `${username}\n`, stderr: '' });
      expect(lakebase.front.logins.at(-1)?.password).toBe(lakebase.workspace.lakebase.passwords.at(-1));
      expect(asked() - before).toBe(lives);
      // Ended, so that the next life opens new ones.
      for (const client of all) {
        client.on('error', () => undefined);
        client.release(true);
      }
      scene.skip(life * 1_000);
      expect((await oldest.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
    }
    oldest.release();
    await pool.end();
    const outcomes = lakebase.front.logins.map(({ outcome }) => outcome);
    expect(outcomes).not.toContain('refused');
  });

  it('would fail with a password from the first', async () => {
    row('L14');
    const { password } = await scene.postgres('lake');
    scene.skip(life * 1_000);
    const { username, host, port, dbname } = await scene.postgres('lake');
    const pool = new Pool({
      user: String(username),
      host: String(host),
      port: Number(port),
      database: String(dbname),
      password: String(password),
      ssl: { ca: lakebase.authority.pem },
    });
    await expect(pool.connect()).rejects.toThrow('password authentication failed');
    await pool.end();
  });
});

async function startOf(pid: number): Promise<number> {
  const { readFile } = await import('node:fs/promises');
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]);
}

import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Client, type ClientConfig } from 'pg';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { runToEnd } from '../../support/processes.ts';
import { type Lakebase, startLakebase } from '../../support/vendors/databricks/lakebase.ts';

/** pg and psql must find in the emulator what they find at Lakebase: a PostgreSQL whose passwords are tokens. */

let lakebase: Lakebase;
beforeAll(async () => {
  lakebase = await startLakebase();
});
afterAll(() => lakebase.close());
afterEach(() => {
  lakebase.front.offersTls = true;
  lakebase.workspace.lakebase.passwordLife = 3_600;
});

const user = 'kim@example.com';

async function password(): Promise<string> {
  const { url, people } = lakebase.workspace;
  const reply = await fetch(`${url}/api/2.0/database/credentials`, {
    method: 'POST',
    headers: { authorization: `Bearer ${people.pat}`, 'content-type': 'application/json' },
    body: JSON.stringify({ request_id: '1', instance_names: ['shop'] }),
  });
  return ((await reply.json()) as { token: string }).token;
}

async function connected(changes: ClientConfig = {}): Promise<Client> {
  const client = new Client({
    host: 'localhost',
    port: lakebase.front.port,
    user,
    database: 'databricks_postgres',
    password,
    ssl: { ca: lakebase.authority.pem },
    ...changes,
  });
  client.on('error', () => undefined);
  await client.connect();
  return client;
}

it('lets pg in with a minted password, over TLS', async () => {
  const client = await connected();
  const { rows } = await client.query('select current_user as name, 1 as one');
  expect(rows).toEqual([{ name: user, one: 1 }]);
  await client.end();
  expect(lakebase.front.logins.at(-1)).toMatchObject({ user, database: 'databricks_postgres', outcome: 'accepted' });
  expect(lakebase.front.logins.at(-1)?.password).toBe(lakebase.workspace.lakebase.passwords.at(-1));
  expect(lakebase.front.logins.at(-1)?.password.length).toBeGreaterThan(4_000);
});

it('says what the service says to those it does not let in', async () => {
  const { pat, servicePrincipal } = lakebase.workspace.people;
  const refused = (changes: ClientConfig) => expect(connected(changes)).rejects;
  await refused({ password: pat }).toMatchObject({
    code: '28P01',
    message: expect.stringContaining('Failed to decode token for role "kim@example.com" and native postgres login'),
  });
  await refused({ user: servicePrincipal.clientId }).toThrow('password authentication failed for user');
  await refused({ database: 'main' }).toMatchObject({ code: '3D000', message: 'database "main" does not exist' });
  const { url } = lakebase.workspace;
  const { token } = await lakebase.workspace.mint.mint({ sub: 'max@example.com', aud: 'lakebase' }, 60, Date.now());
  await refused({ user: 'max@example.com', password: token }).toThrow('role "max@example.com" does not exist');
  await refused({ ssl: false }).toThrow('no encryption');
  await refused({ ssl: true }).toThrow('unable to verify the first certificate');
  lakebase.front.offersTls = false;
  await refused({}).toThrow('does not support SSL');
  expect(url).toContain('localhost');
});

it('keeps a connection that is open when its password ends, and takes no new one', async () => {
  lakebase.workspace.lakebase.passwordLife = 2;
  const short = await password();
  const client = await connected({ password: short });
  await pause(3_000);
  expect((await client.query('select 2 as two')).rows).toEqual([{ two: 2 }]);
  await expect(connected({ password: short })).rejects.toThrow('password authentication failed');
  await client.end();
});

it('takes a password of PostgreSQL itself where native login is on', async () => {
  lakebase.nativePasswords.set(user, 'plain words');
  await expect(connected({ password: 'plain words' })).rejects.toThrow('Failed to decode token');
  const [instance] = lakebase.workspace.lakebase.instances;
  if (instance !== undefined) instance.nativeLogin = true;
  await (await connected({ password: 'plain words' })).end();
  if (instance !== undefined) instance.nativeLogin = false;
});

it('lets psql in with verify-full and a private authority, by a password file', async () => {
  const folder = path.dirname(lakebase.authority.file);
  const file = path.join(folder, 'pgpass');
  await writeFile(file, `*:*:*:*:${await password()}\n`, { mode: 0o600 });
  const url = `host=localhost port=${lakebase.front.port} user=${user} dbname=databricks_postgres sslmode=verify-full`;
  const psql = (env: Record<string, string>) =>
    runToEnd('psql', ['-X', '-A', '-t', '-w', '-c', 'select current_user', url], {
      env: { PATH: process.env.PATH, HOME: folder, PGPASSFILE: file, ...env },
      cwd: folder,
    });
  expect(await psql({ PGSSLROOTCERT: lakebase.authority.file })).toMatchObject({ status: 0, stdout: `${user}\n` });
  expect((await psql({})).stderr).toContain('root certificate file');
});

it('passes a cancel request on', async () => {
  const client = await connected();
  const slow = client.query('select pg_sleep(60)');
  const caught = expect(slow).rejects.toThrow('canceling statement due to user request');
  await lakebase.server.sql(
    `select pg_sleep(0.2); select pg_cancel_backend(pid) from pg_stat_activity where query like 'select pg_sleep(60)%'`,
  );
  await caught;
  await client.end();
});

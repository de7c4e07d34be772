import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { row } from '../../rows/row.ts';
import { program } from '../../support/keytray.ts';
import { type LakebaseScene, lakeAccount, startLakebaseScene } from '../../support/lakebase-scene.ts';
import { type Lakebase, startLakebase } from '../../support/vendors/databricks/lakebase.ts';

let lakebase: Lakebase;
let scene: LakebaseScene;
beforeAll(async () => {
  lakebase = await startLakebase();
  const port = `port: ${lakebase.front.port}`;
  const several = [`shop: { instance: shop, ${port} }`, `stock: { instance: shop, ${port} }`];
  scene = await startLakebaseScene(
    lakeAccount(lakebase, 'lake', { grant: 'client_credentials' }) +
      lakeAccount(lakebase, 'mine') +
      lakeAccount(lakebase, 'many', { grant: 'client_credentials', targets: several }),
  );
  await scene.broker.start();
  await Promise.all([scene.enter('lake'), scene.enter('many'), scene.signIn('mine')]);
}, 120_000);
afterAll(async () => {
  await scene.close();
  await lakebase.close();
});

const robot = (): string => lakebase.workspace.people.servicePrincipal.clientId;
const query = ['-X', '-A', '-t', '-w', '-c', 'select current_user, current_database()'];
const lastPassword = (): string => lakebase.workspace.lakebase.passwords.at(-1) ?? '';

describe('keytray pg', () => {
  it('says where the database is, without a password', async () => {
    row('L15');
    const { status, stdout, stderr } = await scene.sandbox.run(['pg', 'url', 'mine']);
    const place = `kim%40example.com@localhost:${lakebase.front.port}/databricks_postgres`;
    const ca = encodeURIComponent(lakebase.authority.file);
    expect({ status, stdout, stderr }).toEqual({
      status: 0,
      stdout: `postgresql://${place}?sslmode=verify-full&sslrootcert=${ca}\n`,
      stderr: '',
    });
    expect(await scene.sandbox.run(['pg', 'url', 'mine', '--format', 'odbc'])).toMatchObject({ status: 2 });
    expect(await scene.sandbox.run(['pg', 'url', 'many'])).toMatchObject({
      status: 2,
      stderr: expect.stringMatching(/many has several databases: shop, stock\n.*many\/shop/),
    });
  });

  it('opens psql with the password in no environment and no argument, and verifies the server', async () => {
    row('L4', 'L22');
    const { status, stdout, stderr } = await scene.sandbox.run(['pg', 'psql', 'lake/shop', '--', ...query]);
    expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: `${robot()}|databricks_postgres\n`, stderr: '' });
    expect(lakebase.front.logins.at(-1)?.password).toBe(lastPassword());
    const sees = "\\! tr '\\\\0' '\\\\n' </proc/$PPID/environ; tr '\\\\0' ' ' </proc/$PPID/cmdline";
    const seen = await scene.sandbox.run(['pg', 'psql', 'lake', '-X', '-w', '-c', sees]);
    expect(seen.stdout).toContain('PGSSLMODE=verify-full');
    expect(seen.stdout).not.toContain(lastPassword());
  });

  it('overrides what the shell says about another database', async () => {
    const env = { PGHOST: 'elsewhere.example', PGSERVICE: 'none', PGHOSTADDR: '192.0.2.1', PGPASSWORD: 'x' };
    expect(await scene.sandbox.run(['pg', 'psql', 'lake', ...query], { env })).toMatchObject({ status: 0 });
  });

  it('prints variables that psql needs nothing else for', async () => {
    const { stdout } = await scene.sandbox.run(['pg', 'env', 'lake/shop']);
    const script = `${stdout}\nexec psql ${query.map((word) => `'${word}'`).join(' ')}`;
    const env = { PATH: process.env.PATH ?? '', HOME: scene.sandbox.home };
    const ran = await promisify(execFile)('sh', ['-c', script], { env });
    expect(ran.stdout).toBe(`${robot()}|databricks_postgres\n`);
    expect(stdout).toContain(`export LAKEBASE_PASSWORD='${lastPassword()}'\n`);
  });
});

describe('psql-keytray', () => {
  const psql = (args: readonly string[]) =>
    promisify(execFile)(program('psql-keytray'), [...query, ...args], { env: scene.sandbox.env }).catch(
      (error: unknown) => error as { readonly code: number; readonly stderr: string; readonly stdout: string },
    );

  it('serves a database by its host, and tells accounts by their user', async () => {
    const at = ['-h', 'localhost', '-p', String(lakebase.front.port), '-d', 'databricks_postgres'];
    expect(await psql([...at, '-U', 'kim@example.com'])).toMatchObject({
      stdout: 'kim@example.com|databricks_postgres\n',
    });
    expect(await psql(at)).toMatchObject({ code: 2, stderr: expect.stringContaining('all answer for') });
  });
});

describe('keytray exec', () => {
  it('gives a program the variables of the database, and of the workspace', async () => {
    row('L6');
    const script = 'const { env } = process; console.log(JSON.stringify(env))';
    const { stdout, stderr } = await scene.sandbox.run(['exec', 'lake/shop', '--', process.execPath, '-e', script]);
    const common = { PORT: String(lakebase.front.port), USER: robot(), DATABASE: 'databricks_postgres' };
    const named = (prefix: string) =>
      Object.fromEntries(
        Object.entries({ ...common, HOST: 'localhost' }).map(([name, value]) => [prefix + name, value]),
      );
    expect(JSON.parse(stdout)).toMatchObject({
      ...named('PG'),
      ...named('LAKEBASE_'),
      PGSSLMODE: 'verify-full',
      PGSSLROOTCERT: lakebase.authority.file,
      PGPASSWORD: lastPassword(),
      LAKEBASE_PASSWORD: lastPassword(),
      DATABRICKS_HOST: lakebase.workspace.url,
      DATABRICKS_AUTH_TYPE: 'metadata-service',
    });
    expect(stderr).toBe('');
  });

  it('runs without them where none was named and they cannot be had, and says so', async () => {
    const script = "console.log(process.env.PGHOST ?? 'no host')";
    expect(await scene.sandbox.run(['exec', 'many', '--', process.execPath, '-e', script])).toEqual({
      status: 0,
      signal: null,
      stdout: 'no host\n',
      stderr: 'keytray: no variables for the database of many: many has several databases: shop, stock\n',
    });
    const named = await scene.sandbox.run(['exec', 'many/gone', '--', process.execPath, '-e', script]);
    expect(named).toMatchObject({ stdout: '', stderr: expect.stringContaining('no database of this name') });
    expect(named.status).not.toBe(0);
  });
});

it('keytray env prints the workspace, its token and the database', async () => {
  const { stdout } = await scene.sandbox.run(['env', 'lake']);
  expect(stdout).toContain(`export DATABRICKS_HOST='${lakebase.workspace.url}'\n`);
  expect(stdout).toMatch(/^export DATABRICKS_TOKEN='[^']+'$/m);
  expect(stdout).toContain(`export PGPASSWORD='${lastPassword()}'\n`);
  expect(stdout).not.toContain('DATABRICKS_METADATA_SERVICE_URL');
});

describe('keytray test', () => {
  it('logs in to the only database for real, and says as whom and with what', async () => {
    row('L9', 'L12', 'L13', 'L23');
    const logins = lakebase.front.logins.length;
    const { status, stdout } = await scene.sandbox.run(['test', 'lake']);
    expect({ status, stdout }).toEqual({
      status: 0,
      stdout: expect.stringContaining(`lake/shop: logged in as ${robot()} to databricks_postgres at localhost`),
    });
    expect(stdout).toContain('generated password of');
    expect(stdout).toContain('passwords of its own are off');
    for (const password of lakebase.workspace.lakebase.passwords) expect(stdout).not.toContain(password);
    expect(lakebase.front.logins.length).toBe(logins + 1);
  });

  it('of an account with several logs in where it is told to', async () => {
    const logins = lakebase.front.logins.length;
    expect((await scene.sandbox.run(['test', 'many'])).stdout).not.toContain('logged in');
    expect(lakebase.front.logins.length).toBe(logins);
    expect((await scene.sandbox.run(['test', 'many/stock'])).stdout).toContain('many/stock: logged in');
    expect(await scene.sandbox.run(['test', 'many/none'])).toMatchObject({ status: 8 });
  });

  it('tells the cause where nobody can log in', async () => {
    lakebase.front.offersTls = false;
    const { status, stderr } = await scene.sandbox.run(['test', 'lake/shop']);
    lakebase.front.offersTls = true;
    expect({ status, stderr }).toEqual({ status: expect.any(Number), stderr: expect.stringContaining('TLS') });
    expect(status).not.toBe(0);
  });
});

describe('keytray permissions', () => {
  it('asks the database itself', async () => {
    const { status, stdout } = await scene.sandbox.run(['permissions', 'lake/shop']);
    expect(status).toBe(0);
    expect(stdout).toMatch(/database databricks_postgres +CONNECT +yes/);
    expect(stdout).toContain('OBJECT');
  });
});

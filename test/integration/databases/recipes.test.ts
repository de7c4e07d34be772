import { readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { repository } from '../../support/keytray.ts';
import { type LakebaseScene, lakeAccount, startLakebaseScene } from '../../support/lakebase-scene.ts';
import { runToEnd } from '../../support/processes.ts';
import { type Lakebase, startLakebase } from '../../support/vendors/databricks/lakebase.ts';

/** The recipes of docs/services/lakebase.md, as they stand there, at a database whose passwords live for seconds. */

let lakebase: Lakebase;
let scene: LakebaseScene;
let folder: string;
beforeAll(async () => {
  lakebase = await startLakebase();
  scene = await startLakebaseScene(lakeAccount(lakebase, 'databricks@work', { grant: 'client_credentials' }));
  await scene.broker.start();
  await scene.enter('databricks@work');
  folder = await mkdtemp(path.join(tmpdir(), 'keytray-recipes-'));
  await symlink(path.join(repository, 'node_modules'), path.join(folder, 'node_modules'));
}, 120_000);
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
  await scene.close();
  await lakebase.close();
});

const document = readFileSync(path.join(repository, 'docs/services/lakebase.md'), 'utf8');

/** The block of code below a heading. */
function recipe(heading: string): string {
  const below = document.split('\n### ').find((section) => section.startsWith(heading));
  const code = /```\w+\n(.*?)```/s.exec(below ?? '')?.[1];
  if (code === undefined) throw new Error(`there is no recipe for ${heading}`);
  return code;
}

const robot = (): string => lakebase.workspace.people.servicePrincipal.clientId;

/** Runs it twice over, with a password that has ended in between. */
async function run(command: string, ...args: readonly string[]) {
  const env = { PATH: process.env.PATH ?? '', HOME: folder, KEYTRAY_SOCKET: scene.socketPath };
  return await runToEnd(command, args, { env, cwd: folder });
}

/** Logins since, and the passwords among them. */
async function seen(work: () => Promise<unknown>) {
  const before = lakebase.front.logins.length;
  lakebase.workspace.lakebase.passwordLife = 3;
  scene.skip(3_600_000);
  await work();
  const since = lakebase.front.logins.slice(before);
  return {
    outcomes: since.map(({ outcome }) => outcome),
    passwords: new Set(since.map(({ password }) => password)).size,
  };
}

const python = async (heading: string, rest: string) => {
  const file = path.join(folder, `recipe-${heading}.py`);
  await writeFile(file, [recipe('Python: what the next three share'), recipe(heading), rest].join('\n\n'));
  return await run('/usr/bin/python3', file);
};

const twice = { outcomes: ['accepted', 'accepted'], passwords: 2 };
const query = 'select current_user';

it('node-postgres: a pool opens each connection with a password of its time', async () => {
  const rest = `
    const one = await pool.connect();
    console.log((await one.query('${query}')).rows[0].current_user);
    await new Promise((resolve) => setTimeout(resolve, 3500));
    const two = await pool.connect();
    console.log((await two.query('${query}')).rows[0].current_user, (await one.query('select 1 as one')).rows[0].one);
    one.release(); two.release();
    await pool.end();`;
  const file = path.join(folder, 'recipe.mjs');
  await writeFile(file, `${recipe('node-postgres')}\n${rest}`);
  expect(
    await seen(async () =>
      expect(await run(process.execPath, file)).toEqual({
        status: 0,
        stdout: `${robot()}\n${robot()} 1\n`,
        stderr: '',
      }),
    ),
  ).toEqual(twice);
});

it('asyncpg: a pool opens each connection with a password of its time', async () => {
  const rest = `
import asyncio

async def main():
    pool = await open_pool()
    print(await pool.fetchval('${query}'))
    await pool.expire_connections()
    await asyncio.sleep(3.5)
    print(await pool.fetchval('${query}'))
    pool.terminate()

asyncio.run(main())`.replace('await asyncpg.create_pool(', 'await asyncpg.create_pool(min_size=1, max_size=1,');
  const run = async () =>
    expect(await python('asyncpg', rest)).toEqual({ stderr: '', status: 0, stdout: `${robot()}\n${robot()}\n` });
  const { outcomes, passwords } = await seen(run);
  // It opens ten at once.
  expect(new Set(outcomes)).toEqual(new Set(['accepted']));
  expect(passwords).toBe(2);
});

it('SQLAlchemy: an engine opens each connection with a password of its time', async () => {
  const rest = `
import time
from sqlalchemy import text

with engine.connect() as one:
    print(one.execute(text('${query}')).scalar())
    time.sleep(3.5)
    with engine.connect() as two:
        print(two.execute(text('${query}')).scalar())
`;
  const run = async () =>
    expect(await python('SQLAlchemy', rest)).toEqual({ status: 0, stdout: `${robot()}\n${robot()}\n`, stderr: '' });
  expect(await seen(run)).toEqual(twice);
});

it('psycopg: a class of connections that has a password of its time', async () => {
  const rest = `
import time

for wait in (0, 3.5):
    time.sleep(wait)
    print(Fresh.connect().execute('${query}').fetchone()[0])
`;
  const run = async () =>
    expect(await python('psycopg', rest)).toEqual({ stderr: '', status: 0, stdout: `${robot()}\n${robot()}\n` });
  expect(await seen(run)).toEqual(twice);
});

it('JDBC: the driver asks for the password of each connection', async () => {
  const classes = path.join(folder, 'java');
  await mkdir(classes);
  const main = `
    import java.sql.*;
    public class Main {
      public static void main(String[] args) throws Exception {
        for (int wait : new int[] {0, 3500}) {
          Thread.sleep(wait);
          try (Connection connection = DriverManager.getConnection(args[0] + "&authenticationPluginClassName=FreshPassword");
              ResultSet rows = connection.createStatement().executeQuery("${query}")) {
            rows.next();
            System.out.println(rows.getString(1));
          }
        }
      }
    }`;
  const files = [path.join(classes, 'FreshPassword.java'), path.join(classes, 'Main.java')];
  await Promise.all([writeFile(files[0] ?? '', recipe('JDBC')), writeFile(files[1] ?? '', main)]);
  const classPath = `${classes}:/usr/share/java/postgresql.jar`;
  expect(await run('javac', '-cp', classPath, '-d', classes, ...files)).toMatchObject({ status: 0 });
  const { stdout: url } = await scene.sandbox.run(['pg', 'url', 'databricks@work/shop', '--format', 'jdbc']);
  const started = async () =>
    expect(await run('java', '-cp', classPath, 'Main', url.trim())).toMatchObject({
      status: 0,
      stdout: `${robot()}\n${robot()}\n`,
    });
  expect(await seen(started)).toEqual(twice);
});

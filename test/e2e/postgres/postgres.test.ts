import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { program } from '../../support/keytray.ts';
import { type PostgresServer, startPostgres } from '../../support/postgres-server.ts';
import { type RunOptions, type SignedIn, startSignedIn } from '../../support/signed-in.ts';

const user = 'me@corp.example';

describe('psql and pg at a server that takes the token as password', () => {
  let database: PostgresServer;
  let lab: SignedIn;

  beforeAll(async () => {
    database = await startPostgres();
    await database.sql(`create role "${user}" login`);
    lab = await startSignedIn([`postgres: ["127.0.0.1:${database.port}"]`]);
    await expectOnly(await lab.token());
  });

  afterAll(async () => {
    await lab?.close();
    await database?.close();
  });

  /** The server takes this token now and no other, as if the one before had run out. */
  const expectOnly = (token: string) => database.sql(`alter role "${user}" password '${token}'`);
  const psql = (args: readonly string[], options?: RunOptions) =>
    lab.run(program('psql-keytray'), ['-X', '-A', '-t', '-w', ...args], options);
  const connection = () => ['-h', '127.0.0.1', '-p', `${database.port}`, '-U', user];

  it('logs in, and again after the token has changed', async () => {
    const query = [...connection(), '-d', 'postgres', '-c', 'select current_user'];
    expect(await psql(query)).toEqual({ status: 0, stdout: `${user}\n`, stderr: '' });
    await expectOnly(await lab.refresh());
    expect(await psql(query)).toEqual({ status: 0, stdout: `${user}\n`, stderr: '' });
  });

  it.each([
    ['a URI', () => [`postgresql://me%40corp.example@127.0.0.1:${database.port}/postgres`], {}],
    ['pairs', () => [`host=127.0.0.1 port=${database.port} user='${user}' dbname=postgres`], {}],
    ['names after options', () => ['-h127.0.0.1', `-p${database.port}`, 'postgres', user], {}],
    [
      'long options cut short',
      () => ['--ho=127.0.0.1', '--po', `${database.port}`, '--user', user, '--db=postgres'],
      {},
    ],
    ['a name after -d', () => ['-h', '127.0.0.1', '-p', `${database.port}`, '-d', 'postgres', user], {}],
  ])('finds the connection in %s', async (_, args) => {
    expect(await psql([...args(), '-c', 'select 1'])).toEqual({ status: 0, stdout: '1\n', stderr: '' });
  });

  it('finds it in variables', async () => {
    const env = { PGHOST: '127.0.0.1', PGPORT: `${database.port}`, PGUSER: user, PGDATABASE: 'postgres' };
    expect(await psql(['-c', 'select 1'], { env })).toEqual({ status: 0, stdout: '1\n', stderr: '' });
  });

  it('leaves stdin to psql, and connects anew when told to', async () => {
    const input = `select 'one';\n\\c template1\nselect current_database();\n`;
    const { status, stdout } = await psql([...connection(), '-q', '-d', 'postgres'], { input });
    expect({ status, stdout }).toEqual({ status: 0, stdout: 'one\ntemplate1\n' });
  });

  it('shows the token in no argument, and leaves no file', async () => {
    const sees = `tr '\\0' ' ' </proc/$PPID/cmdline; find "$HOME" /tmp -maxdepth 1 -newer /proc/$PPID -name '*pgpass*'; stat -L -c ' %F %a' "$PGPASSFILE"`;
    const { stdout } = await psql([...connection(), '-d', 'postgres', '-c', `\\! ${sees}`]);
    expect(stdout).toMatch(/ regular file 600\n$/);
    expect(stdout).not.toContain(await lab.token());
  });

  it('takes the host from a service file', async () => {
    const file = path.join(lab.keytray.folder, 'services.conf');
    await writeFile(file, `[shop]\nhost=127.0.0.1\nport=${database.port}\nuser=${user}\ndbname=postgres\n`);
    const env = { PGSERVICEFILE: file };
    expect(await psql(['service=shop', '-c', 'select 1'], { env })).toMatchObject({ status: 0, stdout: '1\n' });
    expect(await psql(['-c', 'select 1'], { env: { ...env, PGSERVICE: 'shop' } })).toMatchObject({ status: 0 });
  });

  it('is a service file itself, on a pipe', async () => {
    const helper = `${program('keytray')} helper postgres service --host=127.0.0.1 --port=${database.port} --dbname=postgres --user=${user}`;
    const script = `PGSERVICEFILE=<(${helper}) psql -X -A -t -w service=keytray -c 'select current_user'`;
    expect(await lab.run('bash', ['-c', script])).toEqual({ status: 0, stdout: `${user}\n`, stderr: '' });
  });

  it('gives nothing to the same server under a name that is not listed', async () => {
    const args = ['-h', 'localhost', '-p', `${database.port}`, '-U', user, '-d', 'postgres', '-c', 'select 1'];
    const { status, stdout, stderr } = await psql(args);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toContain('no password supplied');
  });

  it('ends with the status of psql', async () => {
    const failing = await psql([...connection(), '-d', 'postgres', '-v', 'ON_ERROR_STOP=1', '-f', '-'], {
      input: 'nonsense;',
    });
    expect(failing.status).toBe(3);
  });

  it('is asked by pg for each new connection', async () => {
    const client = () =>
      new Client({
        host: '127.0.0.1',
        port: database.port,
        user,
        database: 'postgres',
        password: async () => {
          const helper = [program('keytray'), 'helper', 'raw', 'get', '--account=lab'] as const;
          const { stdout } = await promisify(execFile)(helper[0], helper.slice(1), { env: lab.keytray.env });
          return stdout.trimEnd();
        },
      });
    for (let round = 0; round < 2; round += 1) {
      const connected = client();
      await connected.connect();
      expect((await connected.query('select current_user as name')).rows).toEqual([{ name: user }]);
      await connected.end();
      await expectOnly(await lab.refresh());
    }
  });

  it('does not start psql where a sign-in is needed', async () => {
    await lab.keytray.api.logout('lab', { revoke: false });
    const { status, stdout, stderr } = await psql([...connection(), '-d', 'postgres', '-c', 'select 1']);
    expect({ status, stdout }).toEqual({ status: 4, stdout: '' });
    expect(stderr).toBe('keytray: sign in to lab: keytray login lab\n');
  });
});

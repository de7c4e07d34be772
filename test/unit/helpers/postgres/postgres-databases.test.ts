import { describe, expect, it } from 'vitest';
import { sharesDomain } from '../../../../core/broker/served-databases.ts';
import { KeytrayError } from '../../../../core/errors.ts';
import type { FoundDatabases, ServedDatabase } from '../../../../core/helpers/helper.ts';
import { postgresHelper } from '../../../../core/helpers/postgres/postgres.ts';
import { type FakeAccount, FakeHelperBroker, fakeAccount } from '../../../support/fake-helper-broker.ts';
import { callHelper, neverClosed } from '../../../support/helper-call.ts';

const account = (id: string, people: readonly string[] = []) => ({ ...fakeAccount(id, []), people });
const database = (id: string, more: Partial<ServedDatabase> = {}): ServedDatabase => ({
  account: account(id, [`${id}@example.com`]),
  target: 'shop',
  sslmode: 'verify-full',
  authorities: '/etc/ca.pem',
  ...more,
});
const found = (...databases: readonly ServedDatabase[]): FoundDatabases => ({ kind: 'databases', databases });

async function psql(
  databases: FoundDatabases,
  argv: readonly string[],
  { env = {}, accounts = [] }: { env?: Record<string, string>; accounts?: readonly FakeAccount[] } = {},
  operation = 'run',
) {
  const broker = new FakeHelperBroker(accounts);
  broker.databases = databases;
  const answer = await callHelper(postgresHelper, operation, neverClosed(), broker, { argv, env });
  return { ...answer, file: answer.next?.files.PGPASSFILE?.reveal() };
}

describe('psql-keytray at a database of an account', () => {
  it('brings its password, and wants its certificate verified', async () => {
    const { next, file } = await psql(found(database('kim')), ['-h', 'db.example', '-U', 'kim@example.com']);
    expect(file).toBe('db.example:5432:*:kim@example.com:password of kim/shop\n');
    expect(next?.variables).toEqual({ PGSSLMODE: 'verify-full', PGSSLROOTCERT: '/etc/ca.pem' });
  });

  it.each([
    [{ PGSSLMODE: 'verify-ca' }, {}],
    [{ PGSSLROOTCERT: '/own.pem' }, { PGSSLMODE: 'verify-full' }],
  ])('keeps what the caller says with %j', async (env, variables) => {
    expect((await psql(found(database('kim')), ['-h', 'db.example'], { env })).next?.variables).toEqual(variables);
  });

  it.each(['disable', 'allow', 'prefer'])('sends no password with sslmode=%s', async (mode) => {
    const { status, next } = await psql(found(database('kim')), [`host=localhost sslmode=${mode}`]);
    expect({ status, next }).toEqual({ status: 2, next: undefined });
  });

  it('verifies also on loopback, where a token could go as it is', async () => {
    const { next } = await psql(found(database('kim', { authorities: undefined })), ['-h', 'localhost']);
    expect(next?.variables).toEqual({ PGSSLMODE: 'verify-full' });
  });

  it('goes before a list of hosts: a token is no password there', async () => {
    const accounts = [fakeAccount('kim', ['db.example'], { token: 'the-token' })];
    const { file } = await psql(found(database('kim')), ['-h', 'db.example'], { accounts });
    expect(file).toBe('db.example:5432:*:*:password of kim/shop\n');
  });

  it('is chosen by its user where two accounts have it', async () => {
    const both = found(database('kim'), database('max'));
    expect((await psql(both, ['-h', 'db.example', '-U', 'max@example.com'])).file).toContain('password of max/shop');
    expect(await psql(both, ['-h', 'db.example'])).toMatchObject({
      status: 2,
      stderr: [expect.stringContaining('kim, max all answer for db.example:5432; name the user of one with -U')],
    });
  });

  it('is not reached at an address that is not its own', async () => {
    const { status, next } = await psql(found(database('kim')), ['host=db.example hostaddr=192.0.2.1']);
    expect({ status, next }).toEqual({ status: 2, next: undefined });
  });

  it('stops where nobody can tell whether it is one', async () => {
    const failure = new KeytrayError('login_required', 'kim needs a sign-in', { account: 'kim' });
    const { status, stderr, next } = await psql({ kind: 'unknown', account: account('kim'), failure }, [
      '-h',
      'db.example',
    ]);
    expect({ status, next, stderr: stderr.join() }).toEqual({
      status: 4,
      next: undefined,
      stderr: expect.stringContaining('keytray login kim'),
    });
  });
});

it('a line for a password file has the password of a database', async () => {
  const argv = ['pgpass', '--host=db.example', '--user=kim@example.com'];
  expect(await psql(found(database('kim')), argv, {}, 'pgpass')).toMatchObject({
    status: 0,
    stdout: 'db.example:5432:*:kim@example.com:password of kim/shop\n',
  });
});

it.each(['run', 'pgpass'])('a personal access token is not sent as a password (%s)', async (operation) => {
  const accounts = [fakeAccount('pat', ['db.example'], { token: 'dapi0123456789abcdef' })];
  const argv = operation === 'run' ? ['-h', 'db.example'] : ['pgpass', '--host=db.example'];
  const { status, stdout, stderr, next } = await psql(found(), argv, { accounts }, operation);
  expect({ status, stdout, next }).toEqual({ status: 2, stdout: '', next: undefined });
  expect(stderr.join()).toContain('refusing to send a personal access token as a database password');
  expect(stderr.join()).not.toContain('dapi0123456789');
});

it.each([
  ['i.database.cloud.databricks.com', 'dbc-1.cloud.databricks.com', true],
  ['I.DATABASE.AZUREDATABRICKS.NET', 'adb-1.2.azuredatabricks.net', true],
  ['db.example', 'dbc-1.cloud.databricks.com', false],
  ['databricks.com.evil.example', 'dbc-1.cloud.databricks.com', false],
  ['localhost', 'localhost', true],
  ['', '', false],
])('%s and the workspace %s share a domain: %s', (host, workspace, expected) => {
  expect(sharesDomain(host, workspace)).toBe(expected);
});

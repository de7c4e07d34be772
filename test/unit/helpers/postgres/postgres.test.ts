import { describe, expect, it } from 'vitest';
import { postgresHelper } from '../../../../core/helpers/postgres/postgres.ts';
import type { FileText } from '../../../../core/platform/regular-file.ts';
import { type FakeAccount, FakeHelperBroker, fakeAccount } from '../../../support/fake-helper-broker.ts';
import { callHelper, neverClosed } from '../../../support/helper-call.ts';

const lab = fakeAccount('lab@work', ['db.example', 'db.example:6000', '127.0.0.1:7000', '[::1]:7000', '192.0.2.1'], {
  token: 'tok:1\\2',
});
const other = fakeAccount('other', ['db2.example'], { token: 'tok-other' });

async function psql(
  argv: readonly string[],
  env: Readonly<Record<string, string>> = {},
  accounts: readonly FakeAccount[] = [lab, other],
  files: Readonly<Record<string, FileText>> = {},
) {
  const broker = new FakeHelperBroker(accounts);
  for (const [path, file] of Object.entries(files)) broker.files.set(path, file);
  const answer = await callHelper(postgresHelper, 'run', neverClosed(), broker, { argv, env });
  return { ...answer, file: answer.next?.files.PGPASSFILE?.reveal(), asked: broker.requests };
}

describe('psql-keytray', () => {
  it('becomes psql, with a password file that is on no disk', async () => {
    const { status, stdout, stderr, next, file } = await psql(['-h', 'db.example', '-U', 'me@corp.example', 'shop']);
    expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: '', stderr: [] });
    expect(next).toMatchObject({ name: 'psql', argv: undefined, variables: { PGSSLMODE: 'require' } });
    expect(file).toBe('db.example:5432:*:me@corp.example:tok\\:1\\\\2\n');
  });

  it.each([
    [['-h', 'DB.example'], {}, 'DB.example:5432:*:*:tok\\:1\\\\2\n'],
    [['postgresql://ada@db.example:6000/shop'], {}, 'db.example:6000:*:ada:tok\\:1\\\\2\n'],
    [['-h', '::1', '-p', '7000'], {}, '\\:\\:1:7000:*:*:tok\\:1\\\\2\n'],
    [['-U', 'a:b\\c', '-h', 'db.example'], {}, 'db.example:5432:*:a\\:b\\\\c:tok\\:1\\\\2\n'],
    [[], { PGHOST: 'db2.example', PGUSER: 'ada' }, 'db2.example:5432:*:ada:tok-other\n'],
    [['-h', 'evil.example,db2.example'], {}, 'db2.example:5432:*:*:tok-other\n'],
    [['host=db.example hostaddr=192.0.2.1'], {}, 'db.example:5432:*:*:tok\\:1\\\\2\n'],
    [['-h', 'db2.example,db.example'], {}, 'db2.example:5432:*:*:tok-other\ndb.example:5432:*:*:tok\\:1\\\\2\n'],
  ])('writes lines for listed hosts and ports alone (%j %j)', async (argv, env, expected) => {
    expect((await psql(argv, env)).file).toBe(expected);
  });

  it.each([
    [['-h', 'evil.example'], {}],
    [['-h', 'db.example.evil.example'], {}],
    [['-h', 'db.example', '-p', '5433'], {}],
    [['-h', 'db.example '], {}],
    [['-h', '/var/run/postgresql'], {}],
    [['host=/var/run/postgresql hostaddr=192.0.2.1'], {}],
    [[], {}],
    [['--version'], { PGHOST: 'db.example' }],
    [['postgresql://u:w@db.example/'], {}],
  ])('becomes psql as it is for %j %j', async (argv, env) => {
    const { status, stderr, next, asked } = await psql(argv, env);
    expect({ status, stderr, asked }).toEqual({ status: 0, stderr: [], asked: [] });
    expect(next).toEqual({ name: 'psql', argv: undefined, variables: {}, files: {} });
  });

  it('stops where there is no token, so that psql does not ask for a password', async () => {
    expect(await psql(['-h', 'db.example'], {}, [{ ...lab, failure: 'login_required' }])).toMatchObject({
      status: 4,
      stderr: ['keytray: sign in to lab@work: keytray login lab@work'],
      next: undefined,
    });
  });

  it.each([[['-h', 'db.example', 'sslmode=prefer']], [['postgres://db.example/?sslmode=disable']]])(
    'sends no token without TLS (%j)',
    async (argv) => {
      const { status, stderr, next, asked } = await psql(argv);
      expect({ status, next, asked }).toEqual({ status: 2, next: undefined, asked: [] });
      expect(stderr).toEqual([expect.stringContaining('use verify-full')]);
    },
  );

  it('obeys PGSSLMODE, and asks for no TLS on this machine', async () => {
    expect(await psql(['-h', 'db.example'], { PGSSLMODE: 'allow' })).toMatchObject({ status: 2, next: undefined });
    expect((await psql(['-h', 'db.example'], { PGSSLMODE: 'verify-full' })).next?.variables).toEqual({});
    expect((await psql(['-h', '127.0.0.1', '-p', '7000'])).next?.variables).toEqual({});
  });

  it.each([
    [['host=db.example hostaddr=203.0.113.9'], {}],
    [['-h', 'db.example'], { PGHOSTADDR: '203.0.113.9' }],
  ])('does not follow a listed name to an address that is not (%j %j)', async (argv, env) => {
    const { status, stderr, next } = await psql(argv, env);
    expect({ status, next }).toEqual({ status: 2, next: undefined });
    expect(stderr).toEqual([expect.stringContaining('203.0.113.9')]);
  });

  it('tells accounts apart by the user', async () => {
    const twins = [lab, fakeAccount('lab@home', ['db.example'], { token: 'tok-home', username: 'ada' })];
    const unclear = await psql(['-h', 'db.example'], {}, twins);
    expect(unclear).toMatchObject({ status: 2, stderr: [expect.stringContaining('-U')], next: undefined });
    expect((await psql(['-h', 'db.example', '-U', 'ada'], {}, twins)).file).toBe('db.example:5432:*:ada:tok-home\n');
  });
});

describe('psql-keytray with a service', () => {
  const own = '/home/ada/.pg_service.conf';
  const text = (lines: string): FileText => ({ kind: 'text', text: `[shop]\n${lines}\n[next]\nhost=db2.example\n` });
  const withService = (lines: string, argv = ['service=shop'], env: Record<string, string> = {}) =>
    psql(argv, { HOME: '/home/ada', ...env }, [lab, other], { [own]: text(lines) });

  it('hands out for the host the file names, and gives psql the section it has read', async () => {
    const { file, next } = await withService('host=db.example\nport=6000\nuser=ada');
    expect(file).toBe('db.example:6000:*:ada:tok\\:1\\\\2\n');
    expect(next?.files.PGSERVICEFILE?.reveal()).toBe('[shop]\nhost=db.example\nport=6000\nuser=ada\n');
    expect(next?.variables).toEqual({ PGSSLMODE: 'require' });
  });

  it.each([
    ['another address', 'host=db.example\nhostaddr=203.0.113.9\nsslmode=disable'],
    ['another address with TLS', 'host=db.example\nhostaddr=203.0.113.9\nsslmode=verify-full'],
    ['no TLS', 'host=db.example\nsslmode=disable'],
    ['TLS only where the server wants it', 'host=db.example\nsslmode=prefer'],
  ])('hands out nothing where the file says %s', async (_, lines) => {
    for (const [argv, env] of [
      [['service=shop'], {}],
      [['service=shop host=db.example'], {}],
      [['-h', 'db.example'], { PGSERVICE: 'shop' }],
      [['postgresql://db.example/?service=shop'], {}],
    ] as const) {
      const { status, next, asked } = await withService(lines, [...argv], env);
      expect({ status, next, asked }).toEqual({ status: 2, next: undefined, asked: [] });
    }
  });

  it('hands out nothing where a variable adds what the file leaves open', async () => {
    expect(await withService('host=db.example', ['service=shop'], { PGHOSTADDR: '203.0.113.9' })).toMatchObject({
      status: 2,
      next: undefined,
    });
    expect(await withService('host=db.example', ['service=shop'], { PGSSLMODE: 'allow' })).toMatchObject({ status: 2 });
  });

  it('lets the connection string overrule the file', async () => {
    const { file } = await withService('host=evil.example\nsslmode=disable', [
      "service=shop host=db.example hostaddr='' sslmode=verify-full",
    ]);
    expect(file).toBe('db.example:5432:*:*:tok\\:1\\\\2\n');
  });

  it.each([
    ['a host that is not listed', 'host=evil.example'],
    ['a password', 'host=db.example\npassword=w'],
    ['a password file', 'host=db.example\npassfile=/tmp/x'],
    ['a line that libpq refuses', 'host'],
  ])('becomes psql as it is where the file says %s', async (_, lines) => {
    const { status, next, asked } = await withService(lines);
    expect({ status, next, asked }).toEqual({
      status: 0,
      next: { name: 'psql', argv: undefined, variables: {}, files: {} },
      asked: [],
    });
  });

  it('looks where libpq looks, and leaves to psql a service that stands nowhere', async () => {
    const files = { '/etc/x/pg_service.conf': text('host=db.example'), '/srv/s': text('host=db2.example') };
    const fileOf = async (env: Record<string, string>) => (await psql(['service=shop'], env, [lab, other], files)).file;
    expect(await fileOf({ PGSYSCONFDIR: '/etc/x' })).toContain('db.example:5432');
    expect(await fileOf({ PGSYSCONFDIR: '/etc/x', PGSERVICEFILE: 'srv/s' })).toContain('db2.example:5432');
    expect(await fileOf({})).toBeUndefined();
    expect((await psql(['service=shop'])).next).toEqual({ name: 'psql', argv: undefined, variables: {}, files: {} });
  });

  it.each([
    [{ kind: 'unreadable', why: 'not a regular file' } as const, /not a regular file; write host=… and sslmode=…/],
    [text('ldap://ldap.example'), /it asks an LDAP directory; write host=… and sslmode=…/],
  ])('stops with a line where the file cannot be judged', async (file, line) => {
    const answer = await psql(['service=shop'], { HOME: '/home/ada' }, [lab], { [own]: file });
    expect(answer).toMatchObject({ status: 2, next: undefined, asked: [], stderr: [expect.stringMatching(line)] });
    const nobody = await psql(['service=shop'], { HOME: '/home/ada' }, [], { [own]: file });
    expect(nobody.next).toMatchObject({ name: 'psql', files: {} });
  });
});

describe('keytray helper postgres', () => {
  const print = (argv: readonly string[], accounts: readonly FakeAccount[] = [lab, other]) =>
    callHelper(postgresHelper, argv[0] ?? '', neverClosed(), new FakeHelperBroker(accounts), { argv });

  it('prints a line of a password file', async () => {
    expect(await print(['pgpass', '--account=lab@work', '--host=db.example', '--user=a:b'])).toEqual({
      status: 0,
      stdout: 'db.example:5432:*:a\\:b:tok\\:1\\\\2\n',
      stderr: [],
      next: undefined,
    });
  });

  it('prints a section of a service file', async () => {
    const { stdout } = await print(['service', '--host=db2.example', '--user=ada', '--dbname=shop']);
    expect(stdout).toBe('[keytray]\nhost=db2.example\nport=5432\nuser=ada\ndbname=shop\npassword=tok-other\n');
  });

  it('does not print a line that libpq would refuse', async () => {
    const long = { ...other, token: 'x'.repeat(1012) };
    expect((await print(['service', '--host=db2.example'], [long])).status).toBe(0);
    const longer = { ...other, token: 'x'.repeat(1013) };
    expect(await print(['service', '--host=db2.example'], [longer])).toMatchObject({
      status: 2,
      stdout: '',
      stderr: [expect.stringContaining('too long')],
    });
  });

  it.each([
    ['a host nobody lists', ['pgpass', '--host=evil.example']],
    ['the host of another account', ['pgpass', '--account=other', '--host=db.example']],
    ['another port', ['pgpass', '--host=db.example', '--port=1']],
    ['no host', ['pgpass', '--account=other']],
    ['a line end', ['service', '--host=db2.example', '--dbname=x\nhost=evil.example']],
    ['an unknown operation', ['get', '--host=db.example']],
  ])('prints nothing for %s', async (_, argv) => {
    expect(await print(argv)).toMatchObject({ status: 2, stdout: '', stderr: [expect.any(String)] });
  });
});

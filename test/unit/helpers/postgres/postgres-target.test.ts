import { describe, expect, it } from 'vitest';
import { parsePsqlArguments } from '../../../../core/helpers/postgres/postgres-arguments.ts';
import { parseConninfo } from '../../../../core/helpers/postgres/postgres-conninfo.ts';
import { findService } from '../../../../core/helpers/postgres/postgres-service.ts';
import { findTarget, type PostgresTarget } from '../../../../core/helpers/postgres/postgres-target.ts';

describe('arguments of psql', () => {
  const nothing = { host: undefined, port: undefined, user: undefined, conninfo: new Map() };

  it.each([
    [['-h', 'db.example'], { host: 'db.example' }],
    [['-hdb.example', '-p6000', '-Uada'], { host: 'db.example', port: '6000', user: 'ada' }],
    [['-Atqh', 'db.example', '-c', 'select 1'], { host: 'db.example' }],
    [['-c', '-h', '-h', 'db.example'], { host: 'db.example' }],
    [['--host=db.example', '--port', '6000', '--username=ada'], { host: 'db.example', port: '6000', user: 'ada' }],
    [['--ho=db.example', '--user=ada'], { host: 'db.example', user: 'ada' }],
    [['shop', 'ada', '-h', 'db.example'], { host: 'db.example', user: 'ada' }],
    [['-d', 'shop', 'ada'], { user: 'ada' }],
    [['-h', 'one.example', '-h', 'two.example'], { host: 'two.example' }],
    [['--', '-h', 'ada'], { user: 'ada' }],
    [['-h', ''], {}],
    [['-f', '-', '-'], {}],
    [['-v', 'host=evil.example', '--set', 'x=y', '-P', 'pager=off'], {}],
  ])('%j', (argv, expected) => {
    expect(parsePsqlArguments(argv)).toEqual({ ...nothing, ...expected });
  });

  it.each([
    [['-V']],
    [['--version']],
    [['--help=variables']],
    [['-?']],
    [['-W', '-h', 'db.example']],
    [['-AW', '-h', 'db.example']],
    [['--pass']],
    [['-h']],
    [['--host']],
    [['--no-such']],
    [['--no']],
    [['--quiet=1']],
    [['-k']],
    [['-:']],
    [["host='db.example"]],
    [['postgresql://%zz/']],
  ])('%j is nothing to help with', (argv) => {
    expect(parsePsqlArguments(argv)).toBeUndefined();
  });

  it.each([
    [['-d', 'host=db.example user=ada'], { host: 'db.example', user: 'ada' }],
    [['postgresql://ada@db.example/shop'], { host: 'db.example', user: 'ada', dbname: 'shop' }],
  ])('%j holds a connection string', (argv, expected) => {
    expect(Object.fromEntries(parsePsqlArguments(argv)?.conninfo ?? [])).toEqual(expected);
  });
});

describe('connection strings', () => {
  it.each([
    ['host=db.example port=6000', { host: 'db.example', port: '6000' }],
    [" host = 'db.example'  user='o\\'hara \\\\'", { host: 'db.example', user: "o'hara \\" }],
    ['host=a\\ b user=', { host: 'a b', user: '' }],
    ['host=one.example host=two.example', { host: 'two.example' }],
    ['host=db.example\u00a0sslmode=verify-full port=1', { host: 'db.example\u00a0sslmode=verify-full', port: '1' }],
    ['host=db.example\u2003hostaddr=192.0.2.1', { host: 'db.example\u2003hostaddr=192.0.2.1' }],
    ['host=db.example\vport=1', { host: 'db.example', port: '1' }],
    ["host=a'b", { host: "a'b" }],
    ['postgres://', {}],
    ['postgresql://db.example', { host: 'db.example' }],
    [
      'postgresql://ada:word@db.example:6000/shop',
      { user: 'ada', password: 'word', host: 'db.example', port: '6000', dbname: 'shop' },
    ],
    ['postgresql://me%40corp.example@db.example/', { user: 'me@corp.example', host: 'db.example' }],
    ['postgresql://[::1]:6000/shop', { host: '::1', port: '6000', dbname: 'shop' }],
    ['postgresql://a.example:1,b.example:2/shop', { host: 'a.example,b.example', port: '1,2', dbname: 'shop' }],
    ['postgresql:///shop?host=db.example&sslmode=require', { dbname: 'shop', host: 'db.example', sslmode: 'require' }],
    ['postgresql://a.example/shop?host=b.example', { dbname: 'shop', host: 'b.example' }],
    ['postgresql://db.example?user=ada', { host: 'db.example', user: 'ada' }],
    ['postgresql://%2Ftmp/shop', { host: '/tmp', dbname: 'shop' }],
  ])('%s', (text, expected) => {
    expect(Object.fromEntries(parseConninfo(text) ?? [['refused', '']])).toEqual(expected);
  });

  it.each([
    'host',
    'host=a b',
    "host='a",
    "host='a'b=c",
    'postgresql://[::1',
    'postgresql://a:b:c@[x',
    'postgres://h?x',
    'postgres://h?x=1=2',
  ])('%s is refused', (text) => {
    expect(parseConninfo(text)).toBeUndefined();
  });
});

describe('where psql connects to', () => {
  const find = (argv: readonly string[], env: Readonly<Record<string, string>> = {}): PostgresTarget => {
    const given = parsePsqlArguments(argv);
    if (given === undefined) throw new Error('psql would not connect');
    return findTarget({ given, service: undefined, env });
  };
  const host = (name: string, port: number, address?: string) => ({ name, port, address });
  const hosts = (user: string | undefined, ...list: readonly object[]) => ({ kind: 'hosts', hosts: list, user });

  it.each([
    ['an option', ['-h', 'db.example'], {}, hosts(undefined, host('db.example', 5432))],
    ['variables', [], { PGHOST: 'db.example', PGPORT: '6000', PGUSER: 'ada' }, hosts('ada', host('db.example', 6000))],
    [
      'an option before a variable',
      ['-h', 'a.example'],
      { PGHOST: 'b.example' },
      hosts(undefined, host('a.example', 5432)),
    ],
    [
      'a string before an option',
      ['-h', 'a.example', '-p', '1', 'host=b.example'],
      {},
      hosts(undefined, host('b.example', 1)),
    ],
    ['several', ['-h', 'a.example,b.example'], {}, hosts(undefined, host('a.example', 5432), host('b.example', 5432))],
    [
      'several, each with its port',
      ['-h', 'a.example,b.example', '-p', '1,'],
      {},
      hosts(undefined, host('a.example', 1), host('b.example', 5432)),
    ],
    [
      'an address beside the name',
      ['host=a.example hostaddr=192.0.2.1'],
      {},
      hosts(undefined, host('a.example', 5432, '192.0.2.1')),
    ],
    ['an address alone', [], { PGHOSTADDR: '192.0.2.1' }, hosts(undefined, host('192.0.2.1', 5432, '192.0.2.1'))],
    ['a socket and a host', ['-h', '/tmp,a.example'], {}, hosts(undefined, host('a.example', 5432))],
  ])('%s', (_, argv, env, expected) => {
    expect(find(argv, env)).toEqual(expected);
  });

  it.each([
    ['the socket of this machine', [], {}],
    ['another socket', ['-h', '/var/run/postgresql'], {}],
    ['an empty host in a string', ['host='], { PGHOST: 'db.example' }],
    ['a password of the person', ['postgresql://u:w@db.example/'], {}],
    ['a password file of the person', ['passfile=/tmp/x host=db.example'], {}],
    ['no number for a port', ['-h', 'db.example', '-p', 'x'], {}],
    ['too many ports', ['-h', 'a.example,b.example', '-p', '1,2,3'], {}],
    ['a user with a line end', ['-h', 'db.example', '-U', 'ada\n*:*:*:*:x'], {}],
    ['too many addresses', ['host=a.example hostaddr=192.0.2.1,192.0.2.2'], {}],
  ])('%s is not ours', (_, argv, env) => {
    expect(find(argv, env)).toEqual({ kind: 'none' });
  });

  it.each([
    [
      'stands behind what is written on the command line',
      ['-h', 'a.example'],
      {},
      'host=b.example\nport=1',
      1,
      undefined,
    ],
    ['stands before a variable', [], { PGHOST: 'a.example', PGPORT: '2' }, 'host=b.example\nport=1', 1, undefined],
    ['leaves to variables what it does not say', [], { PGHOSTADDR: '192.0.2.9' }, 'host=b.example', 5432, '192.0.2.9'],
    ['may say the address alone', ['host=b.example'], {}, 'hostaddr=192.0.2.1', 5432, '192.0.2.1'],
    ['counts by its first line', [], {}, 'host=b.example\nport=1\nport=2', 1, undefined],
  ])('a service %s', (_, argv, env, lines, port, address) => {
    const given = parsePsqlArguments(argv);
    const section = findService(`[s]\n${lines}\n`, 's');
    if (given === undefined || section.kind !== 'found') throw new Error('not understood');
    const target = findTarget({ given, service: section.values, env });
    expect(target).toMatchObject({ hosts: [{ port, address }] });
  });
});

describe('a section of a service file', () => {
  const text = '# services\n [a]\nhost=a.example\n\n[ab]\r\n  host = spaced\nport=1 \n\u00a0\n[ab]\nport=2\n';

  it('ends at the next, and is found by its whole name', () => {
    expect(findService(text, 'a')).toMatchObject({ kind: 'found', text: '[a]\nhost=a.example\n' });
    expect(findService(text, 'b')).toEqual({ kind: 'absent' });
    expect(findService('host=x\n', '')).toEqual({ kind: 'absent' });
  });

  it.each([
    ['a line that is no pair', '[a]\nhost\n', 'broken'],
    ['a no-break space, which is no white space to libpq', '[a]\n\u00a0\n', 'broken'],
    ['a service within the service', '[a]\nservice=b\n', 'broken'],
    ['a directory on the network', '[a]\nldap://ldap.example/dc=x?y?one\n', 'ldap'],
  ])('is not believed with %s', (_, lines, kind) => {
    expect(findService(lines, 'a')).toEqual({ kind });
  });

  it('keeps blanks around "=" as libpq does', () => {
    const section = findService(text, 'ab');
    expect(section).toMatchObject({ kind: 'broken' });
    expect(findService('[a]\nhost = x\n', 'a')).toMatchObject({ values: new Map([['host ', ' x']]) });
  });
});

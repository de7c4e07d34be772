import { once } from 'node:events';
import { chmodSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { createSecureContext } from 'node:tls';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { KeytrayError } from '../../../core/errors.ts';
import { Secret } from '../../../core/secret.ts';
import { makeCertificate } from '../../support/certificate.ts';
import { needsRoot } from '../../support/needs-root.ts';
import { asOtherUser, perlConnect } from '../../support/other-user.ts';
import {
  type PostgresScene,
  type PostgresSceneOptions,
  passwords,
  postgresScene,
  startTlsPostgres,
  type TlsPostgres,
} from '../../support/postgres-proxy-scene.ts';
import { waitFor } from '../../support/wait-for.ts';

let postgres: TlsPostgres;
const scenes: PostgresScene[] = [];
beforeAll(async () => {
  postgres = await startTlsPostgres();
}, 120_000);
afterEach(async () => {
  await Promise.all(scenes.splice(0).map((scene) => scene.close()));
});
afterAll(async () => await postgres.close());

async function opened(options?: PostgresSceneOptions): Promise<PostgresScene> {
  const scene = await postgresScene(postgres, options);
  scenes.push(scene);
  return scene;
}

const session = 'select current_user, current_database(), ssl from pg_stat_ssl where pid = pg_backend_pid()';

describe('psql through the proxy', () => {
  it.each(['clear', 'scram'] as const)('is the user of the account, over TLS, without a password: %s', async (role) => {
    const scene = await opened({ role });
    expect(await scene.psql(session)).toEqual({ status: 0, stdout: `${role}|shop|t\n`, stderr: '' });
    expect(await scene.psql(session, 'dbname=shop user=postgres')).toMatchObject({ stdout: `${role}|shop|t\n` });
    expect(scene.asked()).toBe(2);
  });

  it('reaches it over TCP where that is asked for', async () => {
    const scene = await opened({ overTcp: true });
    expect(await scene.psql(session)).toMatchObject({ status: 0, stdout: 'clear|shop|t\n' });
    expect(await scene.psql(session, 'sslmode=require')).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('server does not support SSL'),
    });
  });

  it('keeps its own settings, and hears what the server says of the session', async () => {
    const scene = await opened();
    const options = 'application_name=mine options=-csearch_path=pg_catalog';
    const asked = "select current_setting('application_name'), current_setting('search_path')";
    expect(await scene.psql(asked, options)).toMatchObject({ stdout: 'mine|pg_catalog\n' });
    expect(await scene.run('psql', '-X', '-w', '-c', '\\conninfo')).toMatchObject({
      status: 0,
      stdout: expect.stringContaining('You are connected to database "anyone" as user "anyone"'),
    });
  });

  it('is refused another database, and told which one there is', async () => {
    const scene = await opened();
    expect(await scene.psql(session, 'postgres')).toEqual({
      status: 2,
      stdout: '',
      stderr: expect.stringContaining('FATAL:  keytray: this proxy leads to the database "shop", not to "postgres"'),
    });
  });

  it.each(['replication=true', 'replication=database', 'replication=1'])('is refused %s', async (setting) => {
    const scene = await opened();
    expect(await scene.psql('select 1', setting)).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('replication does not go through the proxy'),
    });
    expect(scene.asked()).toBe(0);
  });

  it('hears the words of the server that refuses the password', async () => {
    const scene = await opened();
    const target = await scene.target();
    scene.target = async () => ({ ...target, password: new Secret('the-password-of-yesterday') });
    const refused = await scene.psql(session);
    expect(refused).toMatchObject({ status: 2 });
    expect(refused.stderr).toContain('password authentication failed for user "clear"');
    scene.target = async () => ({ ...target, user: 'scram', password: new Secret('wrong') });
    expect((await scene.psql(session)).stderr).toContain('password authentication failed for user "scram"');
  });

  it('hears why there is no password', async () => {
    const scene = await opened();
    scene.target = async () => {
      throw new KeytrayError('login_required', 'lake needs a sign-in', { account: 'lake' });
    };
    expect(await scene.psql(session)).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('FATAL:  keytray: lake needs a sign-in: keytray login lake'),
    });
  });
});

describe('the server behind the proxy', () => {
  it('must be the one the authority vouches for', async () => {
    const scene = await opened();
    const target = await scene.target();
    const other = await makeCertificate(scene.folder);
    scene.target = async () => ({ ...target, authorities: createSecureContext({ ca: other.cert }) });
    expect(await scene.psql(session)).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('the certificate of 127.0.0.1 is not accepted (DEPTH_ZERO_SELF_SIGNED_CERT)'),
    });
    scene.target = async () => ({ ...target, host: '127.0.0.2' });
    expect((await scene.psql(session)).stderr).toContain('the certificate of 127.0.0.2 is not accepted');
  });

  it('gets no password without TLS, nor in a way that anybody could guess it from', async () => {
    const scene = await opened();
    const target = await scene.target();
    scene.target = async () => ({ ...target, user: 'md5', password: new Secret('x') });
    await postgres.server.sql("set password_encryption = md5; create role md5 login password 'x'");
    expect((await scene.psql(session)).stderr).toContain(
      'the server asks for the password in a way that is not supported (5)',
    );
    scene.target = async () => ({ ...target, port: 1 });
    expect((await scene.psql(session)).stderr).toContain('127.0.0.1:1 cannot be reached (ECONNREFUSED)');
  });
});

describe('a session through the proxy', () => {
  it('is cancelled by its own client with a key that the server does not know', async () => {
    const scene = await opened();
    const client = new pg.Client({ host: scene.folder, port: 5432, user: 'anyone', database: 'shop' });
    await client.connect();
    const { rows } = await client.query('select pg_backend_pid() as pid');
    const { processID: ownId } = client as unknown as { readonly processID: number };
    expect(ownId).not.toBe(rows[0]?.pid);
    const slept = client
      .query("select 'asleep' as state, pg_sleep(600)")
      .catch((error: pg.DatabaseError) => error.code);
    const begun = async () =>
      Number(await postgres.server.sql("select count(*) from pg_stat_activity where query like 'select ''asleep''%'"));
    await waitFor('the query', async () => (await begun()) > 0);
    const canceller = new pg.Client({ host: scene.folder, port: 5432 });
    (canceller as unknown as { cancel(client: unknown, query: unknown): void }).cancel(
      client,
      (client as unknown as { readonly _activeQuery?: unknown; readonly activeQuery: unknown }).activeQuery,
    );
    expect(await slept).toBe('57014');
    await client.end();
  });

  it('is not cancelled by a key that was guessed', async () => {
    const scene = await opened();
    const connection = await scene.raw();
    const packet = Buffer.alloc(16);
    packet.writeInt32BE(16, 0);
    packet.writeInt32BE(80877102, 4);
    connection.write(packet);
    expect(await text(connection)).toBe('');
    expect(scene.asked()).toBe(0);
  });

  it('ends at the server when its client goes, and for its client when the server does', async () => {
    const scene = await opened();
    const client = new pg.Client({ host: scene.folder, port: 5432, user: 'anyone', database: 'shop' });
    await client.connect();
    const pid = (await client.query('select pg_backend_pid() as pid')).rows[0]?.pid;
    const there = async () => await postgres.server.sql(`select count(*) from pg_stat_activity where pid = ${pid}`);
    expect(await there()).toBe('1');
    await client.end();
    await waitFor('the end of the session', async () => (await there()) === '0');

    const second = new pg.Client({ host: scene.folder, port: 5432, user: 'anyone', database: 'shop' });
    await second.connect();
    const failed = new Promise((resolve) => second.on('error', resolve));
    await postgres.server.sql("select pg_terminate_backend(pid) from pg_stat_activity where usename = 'clear'");
    expect(await failed).toMatchObject({ code: '57P01' });
  });

  it('is cut when the proxy ends', async () => {
    const scene = await opened();
    const client = new pg.Client({ host: scene.folder, port: 5432, user: 'anyone', database: 'shop' });
    await client.connect();
    const failed = new Promise((resolve) => client.on('error', resolve));
    await scene.proxy.close();
    await failed;
    expect(await scene.psql('select 1')).toMatchObject({ status: 2 });
  });
});

describe('what is no client of PostgreSQL', () => {
  it.each([
    ['a request of HTTP', Buffer.from('POST / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n')],
    ['a hello of TLS', Buffer.from([22, 3, 1, 2, 0, 1, 0, 1, 252, 3, 3])],
    ['protocol 2', packet(2 << 16)],
    ['a packet without a length', Buffer.alloc(8)],
    ['a start-up message without an end', packet(3 << 16, 'user\0x')],
    ['a parameter twice', packet(3 << 16, 'user\0x\0user\0y\0\0')],
    ['a parameter without a value', packet(3 << 16, 'user\0\0')],
    ['a request for encryption over and over', Buffer.concat([1, 2, 3, 4].map(() => packet(80877103)))],
  ])('gets an error and no session: %s', async (_what, bytes) => {
    const scene = await opened();
    const connection = await scene.raw();
    connection.write(bytes);
    expect(await text(connection)).toContain('C08P01\0Mkeytray: the client is not understood: ');
    expect(scene.asked()).toBe(0);
  });

  it('is told of protocol 3.0 where it asks for a newer one', async () => {
    const scene = await opened();
    const connection = await scene.raw();
    connection.write(packet((3 << 16) | 2, 'user\0x\0_pq_.new\0on\0\0'));
    const [first] = (await once(connection, 'data')) as [Buffer];
    expect(first.toString('latin1', 0, 1)).toBe('v');
    expect(first.toString('latin1', 5, 13)).toBe('\0\0\0\0\0\0\0\x01');
    expect(first.toString('latin1', 13, 21)).toBe('_pq_.new');
    connection.destroy();
  });

  it('is cut off when it takes too long to begin', async () => {
    const scene = await opened();
    const connection = await scene.raw();
    const closed = once(connection.resume(), 'close');
    scene.clock.advance(60_000);
    await closed;
  });
});

describe('another user', () => {
  needsRoot('has no session over TCP', async () => {
    const scene = await opened({ overTcp: true });
    const program =
      '$SIG{PIPE} = "IGNORE"; my $s = dial($ARGV[0], $ARGV[1]); syswrite $s, pack("NN", 8, 80877103); print sysread($s, my $a, 100) ? $a : "nothing"';
    const other = asOtherUser(`${perlConnect}\n${program}`, '127.0.0.1', scene.proxy.port ?? 0);
    expect(await other.output()).toBe('nothing');
    expect(scene.logger.lines.map(({ message }) => message).join()).toContain(
      'the Postgres proxy: refused a connection',
    );
  });

  needsRoot('has no session over a socket that it can open', async () => {
    const scene = await opened();
    const socket = path.join(scene.folder, '.s.PGSQL.5432');
    expect(statSync(scene.folder).mode & 0o777).toBe(0o700);
    expect(statSync(socket).mode & 0o777).toBe(0o600);
    chmodSync(scene.folder, 0o755);
    chmodSync(socket, 0o666);
    const program =
      '$SIG{PIPE} = "IGNORE"; socket(my $s, AF_UNIX, SOCK_STREAM, 0); connect($s, pack_sockaddr_un($ARGV[0])) or die "none"; syswrite $s, pack("NN", 8, 80877103); print sysread($s, my $a, 100) ? $a : "nothing"';
    const other = asOtherUser(program, socket);
    expect(await other.output()).toBe('nothing');
  });
});

it('holds no password where a client could see it', async () => {
  const scene = await opened();
  const client = new pg.Client({ host: scene.folder, port: 5432, user: 'anyone', database: 'shop' });
  const heard: Buffer[] = [];
  await client.connect();
  (client as unknown as { connection: { stream: NodeJS.ReadableStream } }).connection.stream.on(
    'data',
    (bytes: Buffer) => heard.push(bytes),
  );
  await client.query('select * from pg_stat_activity');
  await client.end();
  expect(Buffer.concat(heard).toString('latin1')).not.toContain(passwords.clear);
  expect(readFileSync('/proc/self/cmdline', 'latin1')).not.toContain(passwords.clear);
});

function packet(code: number, rest = ''): Buffer {
  const body = Buffer.from(rest);
  const head = Buffer.alloc(8);
  head.writeInt32BE(body.length + 8, 0);
  head.writeInt32BE(code, 4);
  return Buffer.concat([head, body]);
}

import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { row } from '../../rows/row.ts';
import { CliSandbox } from '../../support/cli-process.ts';
import { passwords, startTlsPostgres, type TlsPostgres } from '../../support/postgres-proxy-scene.ts';
import { runToEnd } from '../../support/processes.ts';

let postgres: TlsPostgres;
let folder: string;
const asked: unknown[] = [];
let next: { readonly status: number; readonly body: object };
const broker = createServer((request, response) => {
  void text(request).then((body) => {
    asked.push({ url: request.url, body: JSON.parse(body) as unknown });
    response.writeHead(next.status, { 'Content-Type': 'application/json' }).end(JSON.stringify(next.body));
  });
});
beforeAll(async () => {
  postgres = await startTlsPostgres();
  folder = await mkdtemp(join(tmpdir(), 'keytray-cli-pg-'));
  await new Promise<void>((done) => broker.listen(join(folder, 'keytray.sock'), done));
}, 120_000);
afterAll(async () => {
  broker.closeAllConnections();
  broker.close();
  await rm(folder, { recursive: true, force: true });
  await postgres.close();
});

const credentials = () => ({
  username: 'clear',
  password: passwords.clear,
  host: '127.0.0.1',
  port: postgres.server.port,
  dbname: 'shop',
  sslmode: 'verify-full',
  sslrootcert: postgres.certificate.file,
  expires_at: '2030-01-01T00:00:00.000Z',
});

const statement = 'select current_user, current_database()';

async function psql(printed: string, cwd: string) {
  const [, PGHOST = '', PGPORT = ''] = /^PGHOST=(\S+) PGPORT=(\d+)\n$/.exec(printed) ?? [];
  const env = { PATH: process.env.PATH, HOME: cwd, PGHOST, PGPORT, PGUSER: 'anyone' };
  return await runToEnd('psql', ['-X', '-w', '-A', '-t', '-c', statement], { env, cwd });
}

it('is a server without a password, on a socket of its own or on a port, and asks for each session', async () => {
  row('L24');
  await using sandbox = await CliSandbox.create({ socketPath: join(folder, 'keytray.sock') });
  for (const more of [[], ['--listen', '54329']]) {
    next = { status: 200, body: credentials() };
    asked.length = 0;
    const running = sandbox.start(['pg', 'proxy', 'lake/shop', ...more]);
    const printed = await running.said('\n');
    expect(await psql(printed, sandbox.home)).toEqual({ status: 0, stdout: 'clear|shop\n', stderr: '' });
    expect(asked).toEqual(
      [1, 2].map(() => ({ url: '/v1/accounts/lake/credentials', body: { kind: 'postgres', target: 'shop' } })),
    );
    next = {
      status: 409,
      body: { error: 'login_required', error_description: 'lake needs a sign-in', account: 'lake' },
    };
    expect(await psql(printed, sandbox.home)).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('FATAL:  keytray: lake needs a sign-in: keytray login lake'),
    });
    running.child.kill('SIGTERM');
    expect(await running.ended).toMatchObject({ status: 143, stderr: '' });
    expect(await psql(printed, sandbox.home)).toMatchObject({ status: 2 });
  }
});

it('says at once what is wrong', async () => {
  await using sandbox = await CliSandbox.create({ socketPath: join(folder, 'keytray.sock') });
  next = { status: 409, body: { error: 'login_required', error_description: 'lake needs a sign-in', account: 'lake' } };
  expect(await sandbox.run(['pg', 'proxy', 'lake'])).toMatchObject({ status: 4, stdout: '' });
  expect(asked.at(-1)).toEqual({ url: '/v1/accounts/lake/credentials', body: { kind: 'postgres' } });
  expect(await sandbox.run(['pg', 'proxy', 'lake', '--listen', '/tmp/x'])).toMatchObject({ status: 2 });
  next = { status: 200, body: { ...credentials(), port: 'x' } };
  expect(await sandbox.run(['pg', 'proxy', 'lake'])).toMatchObject({ status: 1 });
});

import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

export interface PostgresServer {
  readonly port: number;
  /** A Unix socket at which every role is trusted. */
  readonly socket: string;
  /** Of the program that owns all connections. */
  readonly pid: number;
  /** As the superuser, over a socket nobody else knows. */
  sql(statement: string): Promise<string>;
  close(): Promise<void>;
}

export interface PostgresSettings {
  /** PEM; with it the server takes nothing but TLS over TCP. */
  readonly tls?: { readonly cert: string; readonly key: string };
  /** Lines of pg_hba.conf for TCP, instead of a password in the clear for everybody. */
  readonly hba?: readonly string[];
  /** `name=value` of postgresql.conf. */
  readonly more?: readonly string[];
}

/**
 * A real PostgreSQL that takes a password in the clear over TCP, as servers do that check tokens. It refuses to run as
 * root, so that root starts it as the user Debian's package brings.
 */
export async function startPostgres({ tls, hba, more = [] }: PostgresSettings = {}): Promise<PostgresServer> {
  const root = process.getuid?.() === 0;
  const asUser = root ? ['setpriv', '--reuid=postgres', '--regid=postgres', '--clear-groups'] : ['env'];
  const folder = await mkdtemp(path.join(tmpdir(), 'keytray-postgres-'));
  const bin = await newestBin();
  const command = (name: string, ...args: string[]) => [...asUser.slice(1), path.join(bin, name), ...args];
  const [launcher = 'env'] = asUser;
  let server: ChildProcess | undefined;

  const close = async () => {
    if (server !== undefined && server.exitCode === null && server.signalCode === null) {
      const gone = once(server, 'exit');
      // Does not wait for connections.
      server.kill('SIGINT');
      await gone;
    }
    await rm(folder, { recursive: true, force: true });
  };
  try {
    if (root) await run('chown', ['postgres:', folder]);
    await chmod(folder, 0o700);
    const data = path.join(folder, 'data');
    const auth = ['--auth-local=trust', '--auth-host=password', '--username=postgres'];
    await run(launcher, command('initdb', '--pgdata', data, ...auth, '--no-sync', '--no-locale', '--encoding=UTF8'));
    const port = await freePort();
    const own: [string, string][] = [];
    if (tls !== undefined) own.push(['server.crt', tls.cert], ['server.key', tls.key]);
    if (hba !== undefined) own.push(['pg_hba.conf', ['local all all trust', ...hba, ''].join('\n')]);
    for (const [name, text] of own) {
      const file = path.join(data, name);
      await writeFile(file, text, { mode: 0o600 });
      if (root) await run('chown', ['postgres:', file]);
    }
    const settings = [
      'listen_addresses=127.0.0.1',
      `unix_socket_directories=${folder}`,
      'fsync=off',
      ...(tls === undefined ? [] : ['ssl=on']),
      ...more,
    ];
    const options = settings.flatMap((setting) => ['-c', setting]);
    server = spawn(launcher, command('postgres', '-D', data, '-p', `${port}`, ...options), {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    await ready(server);
    const sql = async (statement: string) => {
      const { stdout } = await run(
        launcher,
        command('psql', '-X', '-A', '-t', '-h', folder, '-p', `${port}`, '-U', 'postgres', '-c', statement),
      );
      return stdout.trim();
    };
    return { port, socket: path.join(folder, `.s.PGSQL.${port}`), pid: server.pid ?? 0, sql, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** The folder of the newest server and its own client, without the wrapper Debian puts before it. */
export async function newestBin(): Promise<string> {
  const folder = '/usr/lib/postgresql';
  const versions = await readdir(folder).catch(() => []);
  const newest = versions.map(Number).sort((a, b) => b - a)[0];
  if (newest === undefined) throw new Error('there is no PostgreSQL server: apt-get install postgresql');
  return path.join(folder, String(newest), 'bin');
}

async function freePort(): Promise<number> {
  const listener = createServer().listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const address = listener.address();
  listener.close();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

async function ready(server: ChildProcess): Promise<void> {
  let said = '';
  server.stderr?.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  while (!said.includes('ready to accept connections')) {
    if (server.exitCode !== null || server.stderr === null) throw new Error(`PostgreSQL ended: ${said}`);
    await Promise.race([once(server.stderr, 'data'), once(server, 'exit')]);
  }
}

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { z } from 'zod';

/** Authorization servers the project did not write, from Debian's packages. */
export const independentServers = ['doorkeeper', 'django'] as const;
export type IndependentServerName = (typeof independentServers)[number];
type Client = 'public' | 'confidential' | 'hmac';

/**
 * A real server in a process and a folder of its own. Its clients: `public`, and `confidential` with a secret; django's
 * `hmac` has the same secret, and its ID tokens are signed with it.
 */
export interface IndependentServer {
  readonly name: IndependentServerName;
  readonly origin: string;
  readonly clientSecret: string;
  /** The config of one account at it, at the top level of a file. */
  config(client: Client): string;
  /** Requests at the token endpoint by grant type, and at the revocation endpoint, since the last start. */
  requests(kind: 'authorization_code' | 'refresh_token' | 'revocation'): Promise<number>;
  /** Whether a resource server would accept the access token. */
  isAlive(accessToken: string): Promise<boolean>;
  /** Sets the lifetime of access tokens to come, in seconds. */
  setLifetime(seconds: number): Promise<void>;
  /** Revokes all tokens of a person, as an administrator would. */
  revokeAll(login: string): Promise<void>;
  /** Ends the process; what it issued stays in its database. */
  stop(): Promise<void>;
  /** Starts it again at the same address. */
  start(): Promise<void>;
  close(): Promise<void>;
}

const here = import.meta.dirname;

/** Debian's own interpreters: another Python or Ruby on PATH does not see the packages. */
const commands: Readonly<Record<IndependentServerName, readonly [string, string]>> = {
  doorkeeper: ['/usr/bin/ruby', path.join(here, 'doorkeeper.rb')],
  django: ['/usr/bin/python3', path.join(here, 'django_provider.py')],
};

const environment = { PATH: '/usr/bin:/bin', LANG: 'C.UTF-8', PYTHONDONTWRITEBYTECODE: '1' };
const counts = z.record(z.string(), z.number());
const liveness = z.object({ active: z.boolean() });

export async function startIndependentServer(name: IndependentServerName): Promise<IndependentServer> {
  const folder = await mkdtemp(path.join(tmpdir(), `keytray-${name}-`));
  const remove = (): Promise<void> => rm(folder, { recursive: true, force: true });
  let running: { readonly child: ChildProcess; readonly origin: string };
  try {
    running = await launch(name, folder, 0);
  } catch (error) {
    await remove();
    throw error;
  }
  const { origin } = running;
  const ask = async (method: 'GET' | 'POST', what: string): Promise<unknown> => {
    const reply = await fetch(`${origin}/control/${what}`, { method });
    if (reply.status !== 200) throw new Error(`${name} answered ${reply.status} to ${what}`);
    return method === 'GET' ? await reply.json() : undefined;
  };
  const tell = async (what: string): Promise<void> => void (await ask('POST', what));
  const stop = (): Promise<void> => end(running.child);

  return {
    name,
    origin,
    clientSecret: (await readFile(path.join(folder, 'secret'), 'utf8')).trim(),
    config: (client) => configs[name](origin, client),
    requests: async (kind) => counts.parse(await ask('GET', 'counts'))[kind] ?? 0,
    isAlive: async (token) => liveness.parse(await ask('GET', `alive?token=${encodeURIComponent(token)}`)).active,
    setLifetime: (seconds) => tell(`life?seconds=${seconds}`),
    revokeAll: (login) => tell(`revoke-all?login=${login}`),
    stop,
    start: async () => {
      running = await launch(name, folder, Number(new URL(origin).port));
    },
    close: async () => {
      await stop();
      await remove();
    },
  };
}

/** Refreshed on demand, so that every refresh is one the test asked for. */
const configs: Readonly<Record<IndependentServerName, (origin: string, client: Client) => string>> = {
  doorkeeper: (origin, client) => `accounts:
  lab:
    service: gitlab
    issuer: ${origin}
    client_id: ${client}
    store: memory
    refresh: on-demand
`,
  // Its metadata names no revocation endpoint.
  django: (origin, client) => `accounts:
  lab:
    service: oidc
    issuer: ${origin}/o
    client_id: ${client}
    scopes: [openid, read]
    revocation_endpoint: ${origin}/o/revoke_token/
    store: memory
    refresh: on-demand
`,
};

async function launch(
  name: IndependentServerName,
  folder: string,
  port: number,
): Promise<{ readonly child: ChildProcess; readonly origin: string }> {
  const [interpreter, file] = commands[name];
  const child = spawn(interpreter, [file, folder, `${port}`], {
    env: environment,
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  process.once('exit', () => child.kill('SIGKILL'));
  let said = '';
  let complaint = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaint += text;
  });
  const gone = once(child, 'close');
  for (;;) {
    const origin = /^listening on (\S+)$/m.exec(said)?.[1];
    if (origin !== undefined) return { child, origin };
    if (child.exitCode !== null) throw new Error(`${name} ended with ${child.exitCode}: ${complaint}`);
    await Promise.race([once(child.stdout, 'data'), gone]);
  }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
}

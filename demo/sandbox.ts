import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A folder that holds everything the demo writes, and the environment that keeps its programs inside. */
export interface Sandbox {
  readonly folder: string;
  readonly home: string;
  readonly config: string;
  readonly socket: string;
  readonly env: NodeJS.ProcessEnv;
  remove(): Promise<void>;
}

/** What programs may see of the caller's environment: no proxies, no GIT_*, no XDG_*, nothing that leads out of the folder. */
const passedOn = ['PATH', 'LANG', 'LC_ALL', 'TZ', 'TMPDIR'] as const;

export async function createSandbox(): Promise<Sandbox> {
  const folder = await mkdtemp(join(tmpdir(), 'keytray-demo-'));
  const home = join(folder, 'home');
  await mkdir(home, { mode: 0o700 });
  const config = join(folder, 'config.yaml');
  const socket = join(folder, 'run/keytray.sock');
  const env: NodeJS.ProcessEnv = {
    HOME: home,
    XDG_CONFIG_HOME: join(home, '.config'),
    XDG_STATE_HOME: join(home, '.local/state'),
    XDG_DATA_HOME: join(home, '.local/share'),
    XDG_CACHE_HOME: join(home, '.cache'),
    KEYTRAY_CONFIG: config,
    KEYTRAY_SOCKET: socket,
    GIT_CONFIG_GLOBAL: join(home, '.gitconfig'),
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_TERMINAL_PROMPT: '0',
    GIT_AUTHOR_NAME: 'Ada',
    GIT_AUTHOR_EMAIL: 'ada@example.com',
    GIT_COMMITTER_NAME: 'Ada',
    GIT_COMMITTER_EMAIL: 'ada@example.com',
  };
  for (const name of passedOn) {
    const value = process.env[name];
    if (value !== undefined) env[name] = value;
  }
  return {
    folder,
    home,
    config,
    socket,
    env,
    remove: () => rm(folder, { recursive: true, force: true, maxRetries: 5 }),
  };
}

export interface DemoAccounts {
  readonly issuer: string;
  /** Of a person, who signs in with a browser. */
  readonly person: { readonly id: string; readonly clientId: string; readonly gitHost: string };
  /** Of a client that has a secret and needs no browser. */
  readonly robot: { readonly id: string; readonly clientId: string };
}

/** Two accounts at the demo's authorization server, the first for the demo's git server; kept in memory only. */
export async function writeConfig(sandbox: Sandbox, { issuer, person, robot }: DemoAccounts): Promise<void> {
  const text = `accounts:
  ${person.id}:
    service: oidc
    issuer: ${issuer}
    client_id: ${person.clientId}
    scopes: [openid, offline_access]
    git: ['${person.gitHost}']
    store: memory
  ${robot.id}:
    service: oidc
    grant: client_credentials
    issuer: ${issuer}
    client_id: ${robot.clientId}
    scopes: [git]
    store: memory
`;
  await writeFile(sandbox.config, text, { mode: 0o600 });
}

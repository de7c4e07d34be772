import { type ChildProcess, type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { LocalApiClient } from '../../core/local-api/client/client.ts';
import { type Finished, runToEnd } from './processes.ts';

export const repository = path.resolve(import.meta.dirname, '../..');
export const program = (name: string): string => path.join(repository, 'out/bin', name);

/** Resolves once the agent serves; rejects with what it said where it ends before that, by itself or by a signal. */
export async function saysThatItListens(agent: ChildProcessByStdio<null, null, Readable>): Promise<void> {
  let said = '';
  const ended = once(agent, 'close');
  agent.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text;
  });
  while (!said.includes('listening on')) {
    const what = await Promise.race([once(agent.stderr, 'data').then(() => 'said' as const), ended]);
    if (what !== 'said') throw new Error(`the agent ended (${what.join(', ')}): ${said}`);
  }
}

/** Keytray as a person has it installed, in a home of its own, with the real programs of out/bin. */
export interface Keytray {
  readonly folder: string;
  readonly env: NodeJS.ProcessEnv;
  readonly socket: string;
  readonly api: LocalApiClient;
  configure(yaml: string): Promise<void>;
  /** Whether the agent that was started last is alive. */
  readonly agentRuns: boolean;
  /** Resolves to the process once the broker answers. */
  startAgent(): Promise<ChildProcess>;
  stopAgent(signal?: NodeJS.Signals): Promise<number | null>;
  run(args: readonly string[], options?: { readonly input?: string }): Promise<Finished>;
  log(): Promise<string>;
  close(): Promise<void>;
}

/**
 * `env` adds to the private environment: a keyring's bus, for example. `installed`: where the programs are. `spawnAgent`
 * starts the agent in another way.
 */
export async function createKeytray(
  env: NodeJS.ProcessEnv = {},
  installed = program,
  spawnAgent = (own: NodeJS.ProcessEnv): ChildProcessByStdio<null, null, Readable> =>
    spawn(installed('keytray'), ['agent'], { env: own, stdio: ['ignore', 'ignore', 'pipe'] }),
): Promise<Keytray> {
  const folder = await mkdtemp(path.join(tmpdir(), 'keytray-e2e-'));
  await chmod(folder, 0o700);
  const home = path.join(folder, 'home');
  await mkdir(home);
  const socket = path.join(folder, 'run', 'keytray.sock');
  const config = path.join(folder, 'config.yaml');
  const environment: NodeJS.ProcessEnv = {
    PATH: process.env.PATH,
    LANG: 'C.UTF-8',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_TERMINAL_PROMPT: '0',
    // A quarter of a second of CPU time for each agent, for calls that hardly any test makes.
    KEYTRAY_REHEARSAL: process.env.KEYTRAY_REHEARSAL ?? 'off',
    ...env,
    HOME: home,
    XDG_STATE_HOME: path.join(folder, 'state'),
    KEYTRAY_CONFIG: config,
    KEYTRAY_SOCKET: socket,
  };
  let agent: ChildProcess | undefined;

  const stopAgent = async (signal: NodeJS.Signals = 'SIGTERM'): Promise<number | null> => {
    const ending = agent;
    agent = undefined;
    if (ending === undefined || ending.exitCode !== null || ending.signalCode !== null) return ending?.exitCode ?? null;
    const gone = once(ending, 'exit');
    ending.kill(signal);
    await gone;
    return ending.exitCode;
  };

  return {
    folder,
    get agentRuns() {
      return agent !== undefined && agent.exitCode === null && agent.signalCode === null;
    },
    env: environment,
    socket,
    api: new LocalApiClient(socket),
    configure: (yaml) => writeFile(config, yaml, { mode: 0o600 }),
    async startAgent() {
      const started = spawnAgent(environment);
      agent = started;
      await saysThatItListens(started);
      return started;
    },
    stopAgent,
    run: (args, options = {}) => runToEnd(installed('keytray'), args, { env: environment, cwd: home, ...options }),
    log: () => readFile(path.join(folder, 'state', 'keytray', 'agent.log'), 'utf8'),
    async close() {
      await stopAgent();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

import type { ChildProcess } from 'node:child_process';
import { type RunningAuthorizationServer, startAuthorizationServer } from '../../demo/authorization-server.ts';
import { cpuOf } from '../bench/process-cpu.ts';
import { openSocket } from '../integration/local-api/raw-exchange.ts';
import { answersControls } from './control-calls.ts';
import { createKeytray, type Keytray } from './keytray.ts';
import { memoryAfterCollection, spawnMeasuredAgent } from './measured-agent.ts';
import { labConfig, signIn } from './sign-in.ts';

/** A real agent that holds real tokens, to be attacked. */
export interface AttackTarget {
  readonly keytray: Keytray;
  readonly server: RunningAuthorizationServer;
  readonly agent: ChildProcess;
  readonly pid: number;
  /** Every secret the agent was ever given, as the server sent it. */
  readonly secrets: ReadonlySet<string>;
  /** Writes these bytes on a connection of their own; resolves to what comes back until it closes or falls silent. */
  send(...pieces: readonly (string | Uint8Array)[]): Promise<string>;
  /** The same until the agent closes the connection, however long that takes. */
  sendUntilClosed(...pieces: readonly (string | Uint8Array)[]): Promise<string>;
  /** Runs an attack; then a normal client must be served, by the same process, of about the same size. */
  survives<T>(name: string, attack: () => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

export interface AttackTargetOptions {
  readonly env?: NodeJS.ProcessEnv;
  readonly store?: 'keychain' | 'memory';
}

/**
 * Bytes in use by which an attack may leave the agent larger, and by which when it comes again: what Node sets up for a
 * crowd it keeps for the next one. What is measured is printed. What leaks by the connection is found by
 * test/e2e/front-door/memory.test.ts.
 */
const mostGrowth = { first: 16 * 1024 * 1024, again: 2 * 1024 * 1024 };
/** Milliseconds after which an agent that answers others has said all. */
const longestSilence = { first: 5_000, later: 400 };
/** Milliseconds of the agent's own CPU time before a normal client has its answer, whatever else the machine does. */
const mostWork = 2_000;
/** Milliseconds between two looks at it. */
const look = 100;
const pairsToWarmUp = 200;
/** Helpers ask for this host. */
export const gitHost = 'git.lab.example';

export async function startAttackTarget(options: AttackTargetOptions = {}): Promise<AttackTarget> {
  const secrets = new Set<string>();
  const server = await startAuthorizationServer({
    onTokenExchange: ({ reply }) => {
      for (const name of ['access_token', 'refresh_token', 'id_token']) {
        const value = reply[name];
        if (typeof value === 'string') secrets.add(value);
      }
    },
  });
  const keytray = await createKeytray(options.env, undefined, spawnMeasuredAgent);
  const close = async (): Promise<void> => {
    await keytray.close();
    await server.close();
  };
  try {
    await keytray.configure(labConfig({ issuer: server.issuer, git: [gitHost], store: options.store ?? 'memory' }));
    const agent = await keytray.startAgent();
    const { state } = await signIn(keytray, 'lab');
    if (state !== 'succeeded' || agent.pid === undefined) throw new Error(`the sign-in ended as ${state}`);
    const { pid } = agent;
    const target: AttackTarget = {
      keytray,
      server,
      agent,
      pid,
      secrets,
      send: (...pieces) => sendTo(keytray.socket, pieces),
      sendUntilClosed: (...pieces) => sendTo(keytray.socket, pieces, true),
      survives: (name, attack) => survive(target, name, attack),
      close,
    };
    for (let pair = 0; pair < pairsToWarmUp; pair += 1) await normalClient(target);
    return target;
  } catch (error) {
    await close();
    throw error;
  }
}

/** What a program of the same user does all day; it must work, and soon, whoever else is there. */
export async function normalClient({ keytray, pid }: Pick<AttackTarget, 'keytray' | 'pid'>): Promise<void> {
  const late = new AbortController();
  const before = cpuOf(pid);
  const watch = setInterval(() => {
    const work = cpuOf(pid) - before;
    if (work > mostWork) late.abort(new Error(`the agent did ${Math.round(work)} ms of work before it answered`));
  }, look);
  try {
    const { access_token: token } = await keytray.api.token('lab', {}, late.signal);
    if (token === undefined) throw new Error('an answer without a token');
    const { state } = await keytray.api.account('lab');
    if (state !== 'active') throw new Error(`the account is ${state}`);
  } finally {
    clearInterval(watch);
  }
}

async function survive<T>(target: AttackTarget, name: string, attack: () => Promise<T>): Promise<T> {
  const first = await surviveOnce(target, name, attack);
  if (first.grown <= mostGrowth.first) return first.result;
  // What Node sets up is there the second time. What is kept grows a second time.
  const second = await surviveOnce(target, `${name}, again`, attack);
  if (second.grown > mostGrowth.again)
    throw new Error(`after ${name} the agent has grown by ${second.grown} bytes, twice`);
  return second.result;
}

interface Survived<T> {
  readonly result: T;
  /** Bytes in use. */
  readonly grown: number;
}

async function surviveOnce<T>(target: AttackTarget, name: string, attack: () => Promise<T>): Promise<Survived<T>> {
  const { agent, keytray, pid } = target;
  const before = await memoryAfterCollection(agent);
  const result = await attack();
  await normalClient(target);
  const { pid: answering } = await keytray.api.status();
  if (answering !== pid) throw new Error(`after ${name} another process answers`);
  const after = await memoryAfterCollection(agent);
  const [grown, resident] = [after.live - before.live, after.resident - before.resident];
  process.stdout.write(`  ${name}: agent ${mebibytes(grown)} MiB in use, ${mebibytes(resident)} MiB resident\n`);
  return { result, grown };
}

const mebibytes = (bytes: number): string => `${bytes < 0 ? '' : '+'}${(bytes / 1024 / 1024).toFixed(1)}`;

/** `closed`: hears the other side out until it closes, however long it says nothing. */
async function sendTo(path: string, pieces: readonly (string | Uint8Array)[], closed = false): Promise<string> {
  const socket = await openSocket(path);
  return await new Promise((resolve) => {
    let text = '';
    let timer: NodeJS.Timeout | undefined;
    const finish = (): void => {
      clearTimeout(timer);
      resolve(text);
      socket.destroy();
    };
    const wait = (milliseconds: number): void => {
      clearTimeout(timer);
      if (closed) return;
      timer = setTimeout(async () => {
        const { length } = text;
        await answersControls(path);
        if (text.length === length) finish();
      }, milliseconds);
    };
    wait(longestSilence.first);
    socket.on('data', (chunk: Buffer) => {
      text += chunk.toString('latin1');
      wait(longestSilence.later);
    });
    socket.on('error', () => undefined);
    socket.once('close', finish);
    for (const piece of pieces) socket.write(typeof piece === 'string' ? Buffer.from(piece, 'latin1') : piece);
  });
}

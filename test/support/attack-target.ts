import type { ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { type RunningAuthorizationServer, startAuthorizationServer } from '../../demo/authorization-server.ts';
import { openSocket } from '../integration/local-api/raw-exchange.ts';
import { createKeytray, type Keytray } from './keytray.ts';
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
  /** Runs an attack; then a normal client must be served, by the same process, of about the same size. */
  survives<T>(name: string, attack: () => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

export interface AttackTargetOptions {
  readonly env?: NodeJS.ProcessEnv;
  readonly store?: 'keychain' | 'memory';
}

/** By how much an attack may leave the agent larger. What is measured is printed. */
const mostGrowth = 64 * 1024 * 1024;
const longestSilence = 400;
const patience = 5_000;
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
  const keytray = await createKeytray(options.env);
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
      survives: (name, attack) => survive(keytray, pid, name, attack),
      close,
    };
    await warmUp(keytray, pid);
    return target;
  } catch (error) {
    await close();
    throw error;
  }
}

/** Resident memory in bytes, with what was swapped out. */
export function memoryOf(pid: number): number {
  const text = readFileSync(`/proc/${pid}/status`, 'latin1');
  const kib = (name: string): number => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(text)?.[1] ?? 0);
  return (kib('VmRSS') + kib('VmSwap')) * 1024;
}

/** What a program of the same user does all day; it must work, and soon, whoever else is there. */
export async function normalClient(keytray: Keytray): Promise<void> {
  const late = AbortSignal.timeout(patience);
  const { access_token: token } = await keytray.api.token('lab', {}, late);
  if (token === undefined) throw new Error('an answer without a token');
  const { state } = await keytray.api.account('lab');
  if (state !== 'active') throw new Error(`the account is ${state}`);
}

async function survive<T>(keytray: Keytray, pid: number, name: string, attack: () => Promise<T>): Promise<T> {
  const first = await surviveOnce(keytray, pid, name, attack);
  if (first.grown <= mostGrowth) return first.result;
  // Memory that was freed is not given back at once, but used again: what is kept grows a second time.
  const second = await surviveOnce(keytray, pid, `${name}, again`, attack);
  if (second.grown > mostGrowth) throw new Error(`after ${name} the agent has grown by ${second.grown} bytes, twice`);
  return second.result;
}

interface Survived<T> {
  readonly result: T;
  /** Bytes of resident memory. */
  readonly grown: number;
}

async function surviveOnce<T>(
  keytray: Keytray,
  pid: number,
  name: string,
  attack: () => Promise<T>,
): Promise<Survived<T>> {
  const before = memoryOf(pid);
  const result = await attack();
  await normalClient(keytray);
  const { pid: answering } = await keytray.api.status();
  if (answering !== pid) throw new Error(`after ${name} another process answers`);
  const grown = memoryOf(pid) - before;
  process.stdout.write(`  ${name}: agent ${grown < 0 ? '' : '+'}${mebibytes(grown)} MiB\n`);
  return { result, grown };
}

/**
 * The first thousands of requests, and the first 100 MiB through its sockets, let any Node grow: it collects late.
 * What is asked here is what an attack adds to that.
 */
async function warmUp(keytray: Keytray, pid: number): Promise<void> {
  const before = memoryOf(pid);
  const body = Buffer.alloc(2 * 1024 * 1024, 0x20);
  const large = `POST /v1/status HTTP/1.1\r\nHost: keytray\r\nContent-Length: ${body.length}\r\n\r\n`;
  for (let round = 0; round < 20; round += 1) {
    for (let turn = 0; turn < 4; turn += 1) {
      await Promise.all(Array.from({ length: 25 }, () => normalClient(keytray)));
    }
    await Promise.all(Array.from({ length: 5 }, () => sendTo(keytray.socket, [large, body])));
  }
  process.stdout.write(`  warmed up: agent ${mebibytes(before)} to ${mebibytes(memoryOf(pid))} MiB\n`);
}

const mebibytes = (bytes: number): string => (bytes / 1024 / 1024).toFixed(1);

async function sendTo(path: string, pieces: readonly (string | Uint8Array)[]): Promise<string> {
  const socket = await openSocket(path);
  return await new Promise((resolve) => {
    let text = '';
    const finish = (): void => {
      clearTimeout(timer);
      resolve(text);
      socket.destroy();
    };
    let timer = setTimeout(finish, patience);
    socket.on('data', (chunk: Buffer) => {
      text += chunk.toString('latin1');
      clearTimeout(timer);
      timer = setTimeout(finish, longestSilence);
    });
    socket.on('error', () => undefined);
    socket.once('close', finish);
    for (const piece of pieces) socket.write(typeof piece === 'string' ? Buffer.from(piece, 'latin1') : piece);
  });
}

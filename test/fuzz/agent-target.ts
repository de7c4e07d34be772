import type { ChildProcess } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { Secret } from '../../core/secret.ts';
import { startAuthorizationServer } from '../../demo/authorization-server.ts';
import { normalClient } from '../support/attack-target.ts';
import { lookup, startKeyring } from '../support/keyring.ts';
import { createKeytray, type Keytray } from '../support/keytray.ts';
import { type Memory, memoryAfterCollection, slopeOf, spawnMeasuredAgent } from '../support/measured-agent.ts';
import { signIn } from '../support/sign-in.ts';
import type { FuzzTarget } from './campaign.ts';
import { recordTraffic } from './recording.ts';
import { createSecretSearch } from './secret-search.ts';
import { gitHost, spare, victim } from './words.ts';

/** A real agent over a real keyring: it holds tokens, a client secret and a journal key. */
export interface AgentTarget extends FuzzTarget {
  readonly pid: number;
  /** After each batch. */
  readonly memory: readonly Memory[];
  readonly agent: ChildProcess;
  /** How often the victim had to be signed in again, because inputs that may do so signed it out. */
  readonly signedInAgain: number;
  close(): Promise<void>;
}

/**
 * Bytes in use, after forced collections. The first thousands of inputs fill what is bounded, some 10 MiB; then it stays
 * within `noise`. A leak is what adds more than that to the batches judged, and `leastGrowth` or more with each input.
 * The tests plant one that must be found.
 */
const leastGrowth = 256;
const noise = 6 * 1024 * 1024;
const inputsToWarmUp = 4_000;
/** Batches: those that are enough to judge by, and the last that are. */
const fewest = 6;
const most = 50;
const clientSecret = new Secret('fuzz-client-secret-Zk3pQ9vT7mXw2RbL');
const sentinelSchema = z.object({ journal_key: z.string().min(32) });

const configOf = (issuer: string): string => `accounts:
  ${victim}:
    service: oidc
    issuer: ${issuer}
    client_id: with-secret
    scopes: [openid, offline_access, profile, email, git]
    git: [${gitHost}]
    store: keychain
  ${spare}:
    service: oidc
    issuer: ${issuer}
    client_id: without-secret
    scopes: [openid, offline_access]
    store: memory
`;

export async function startAgentTarget(): Promise<AgentTarget> {
  const secrets = createSecretSearch();
  secrets.add('client_secret', clientSecret.reveal());
  const server = await startAuthorizationServer({
    clients: [{ clientId: 'with-secret', clientSecret: clientSecret.reveal() }, { clientId: 'without-secret' }],
    onTokenExchange: ({ reply }) => {
      for (const kind of ['access_token', 'refresh_token', 'id_token']) {
        const value = reply[kind];
        if (typeof value === 'string') secrets.add(kind, value);
      }
    },
  });
  const keyring = await startKeyring();
  const keytray = await createKeytray(keyring.env, undefined, spawnMeasuredAgent);
  const close = async (): Promise<void> => {
    await keytray.close();
    await keyring.stop();
    await server.close();
  };
  try {
    await keytray.configure(configOf(server.issuer));
    const agent = await keytray.startAgent();
    const { pid } = agent;
    if (pid === undefined) throw new Error('the agent has no pid');
    await signInVictim(keytray);
    const sentinel = sentinelSchema.parse(JSON.parse((await lookup(keyring.env, 'keytray', '.keytray')) ?? ''));
    secrets.add('journal_key', sentinel.journal_key);
    const passage = path.join(keytray.folder, 'passage.sock');
    const traffic = await recordTraffic({
      socketPath: keytray.socket,
      passage,
      env: keytray.env,
      folder: keytray.folder,
    });
    const watch = watched(keytray, agent, pid);
    return { ...watch, socketPath: keytray.socket, patience: 30_000, traffic, secrets, agent, pid, close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function signInVictim(keytray: Keytray): Promise<void> {
  await keytray.api.setClientSecret(victim, clientSecret);
  const { state } = await signIn(keytray, victim);
  if (state !== 'succeeded') throw new Error(`the sign-in ended as ${state}`);
}

/** What is looked at between the batches. */
function watched(
  keytray: Keytray,
  agent: ChildProcess,
  pid: number,
): Pick<AgentTarget, 'check' | 'memory' | 'signedInAgain'> {
  const memory: Memory[] = [];
  let signedInAgain = 0;
  let sent = 0;
  let judged = 0;

  const serves = async (disturbed: boolean): Promise<void> => {
    const problem = await failureOf(normalClient({ keytray, pid }));
    if (problem === undefined) return;
    if (!disturbed) throw problem;
    signedInAgain += 1;
    await keytray.api.logout(victim, { revoke: false });
    await signInVictim(keytray);
    await normalClient({ keytray, pid });
  };
  const look = async (disturbed: boolean, inputs: number): Promise<void> => {
    await serves(disturbed);
    const { pid: answering } = await keytray.api.status();
    if (answering !== pid) throw new Error('another process answers');
    const log = await readFile(path.join(keytray.folder, 'state', 'keytray', 'agent.log'), 'utf8');
    const line = log.split('\n').find((each) => each.includes('unexpected failure'));
    if (line !== undefined) throw new Error(`in the log: ${line}`);
    memory.push(await memoryAfterCollection(agent));
    sent += inputs;
    if (sent > inputsToWarmUp) judged += 1;
    if (judged < fewest) return;
    const lives = memory.slice(-Math.min(judged, most)).map(({ live }) => live);
    const growth = slopeOf(lives) / inputs;
    if (growth > Math.max(leastGrowth, noise / (lives.length * inputs)))
      throw new Error(`it grows by ${Math.round(growth)} bytes with each input`);
  };
  return {
    memory,
    get signedInAgain() {
      return signedInAgain;
    },
    check: async (disturbed, inputs) => (await failureOf(look(disturbed, inputs)))?.message,
  };
}

async function failureOf(work: Promise<void>): Promise<Error | undefined> {
  try {
    await work;
    return undefined;
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

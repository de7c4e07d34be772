import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { program, startProgram } from './bench-program.ts';
import { budgets } from './budgets.ts';
import { ownCores, pin } from './cores.ts';
import { lab } from './many-accounts.ts';
import type { Row } from './report.ts';
import { type Contestant, medians } from './rounds.ts';
import { median } from './statistics.ts';
import type { WarmLab } from './warm-lab.ts';

const connections = 64;

const loadOutcome = z.object({
  requests: z.number(),
  failures: z.number(),
  seconds: z.number(),
  p99: z.number(),
  bodyLength: z.number(),
});

export type LoadOutcome = z.infer<typeof loadOutcome>;

/** From a process of its own; rejects where a request failed. */
export async function tokenLoad(socket: string, seconds: number): Promise<LoadOutcome> {
  const printed = await program('request-load', [socket, lab.account, `${connections}`, `${seconds}`]);
  const outcome = loadOutcome.parse(printed);
  const { requests, failures } = outcome;
  if (failures > 0) throw new Error(`${failures} of ${requests} token requests failed`);
  return outcome;
}

export interface LoadGround {
  readonly bare: { readonly socket: string; readonly pid: number };
  close(): Promise<void>;
}

/**
 * A bare server beside the brokers, which answers with as many bytes as the one at `socket`: each server on the first
 * core, the one who asks on the others.
 */
export async function openLoadGround(socket: string, brokers: readonly number[]): Promise<LoadGround> {
  const folder = await mkdtemp(join(tmpdir(), 'keytray-bench-bare-'));
  const bareSocket = join(folder, 'bare.sock');
  const [first = 0, ...others] = ownCores();
  const { bodyLength } = await tokenLoad(socket, 0);
  const bare = startProgram('bare-server', [bareSocket, `${bodyLength}`]);
  const close = async (): Promise<void> => {
    if (others.length > 0) await pin(process.pid, [first, ...others]);
    await bare.stop();
    await rm(folder, { recursive: true, force: true });
  };
  try {
    await bare.firstLine();
    if (bare.pid === undefined) throw new Error('the bare server did not start');
    if (others.length > 0) {
      for (const pid of [...brokers, bare.pid]) await pin(pid, [first]);
      await pin(process.pid, others);
    }
    return { bare: { socket: bareSocket, pid: bare.pid }, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Token requests over connections kept alive. */
export async function measureRequests(warmLab: WarmLab, seconds: number, rounds: number): Promise<Row[]> {
  const { keytray, keytrayPid } = warmLab;
  const ground = await openLoadGround(keytray.socket, [keytrayPid]);
  const tails = new Map<string, number[]>();
  const contestant = (name: string, socket: string): Contestant => ({
    name,
    async run() {
      const { requests, seconds: took, p99 } = await tokenLoad(socket, seconds);
      tails.set(name, [...(tails.get(name) ?? []), p99]);
      return requests / took;
    },
  });
  try {
    const rateOf = await medians(
      [contestant('keytray', keytray.socket), contestant('bare', ground.bare.socket)],
      rounds,
    );
    // The first value is the warm-up's.
    const tailOf = (name: string): number => median((tails.get(name) ?? []).slice(1));
    const name = 'bare node:http';
    return [
      {
        what: `token requests, ${connections} connections, one core`,
        unit: '/s',
        ours: rateOf('keytray'),
        peer: { name, value: rateOf('bare') },
        budget: budgets.requestRate,
      },
      {
        what: '  99th percentile',
        unit: 'ms',
        ours: tailOf('keytray'),
        peer: { name, value: tailOf('bare') },
        budget: budgets.requestTail,
      },
    ];
  } finally {
    await ground.close();
  }
}

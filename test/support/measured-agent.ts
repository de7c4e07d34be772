import { type ChildProcess, type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { nodeFlags } from '../../build/node-flags.ts';
import { repository } from './keytray.ts';

/** Bytes after forced collections. */
export interface Memory {
  /** In use by what JavaScript can reach, buffers included. */
  readonly live: number;
  /** Of the whole process: also what only native code knows of. */
  readonly resident: number;
}

export type ProbeRequest =
  | { readonly kind: 'collect' }
  /** From now on, for each connection. */
  | { readonly kind: 'leak'; readonly of: 'heap' | 'native'; readonly bytes: number };

const probe = path.join(import.meta.dirname, 'programs/memory-probe.ts');
const lib = path.join(repository, 'out/lib');

/** For a program that collects its garbage when asked, over a channel of IPC; otherwise those of our launchers. */
export const measuredFlags: readonly string[] = [...nodeFlags, '--expose-gc', '--import', probe];

/** The agent as its launcher starts it, but it collects its garbage when asked. */
export function spawnMeasuredAgent(env: NodeJS.ProcessEnv): ChildProcessByStdio<null, null, Readable> {
  return spawn(process.execPath, [...measuredFlags, path.join(lib, 'agent.js')], {
    env,
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  }) as ChildProcess as ChildProcessByStdio<null, null, Readable>;
}

/** Of a program that was started that way. */
export async function memoryAfterCollection(agent: ChildProcess): Promise<Memory> {
  agent.send({ kind: 'collect' } satisfies ProbeRequest);
  const [memory] = (await once(agent, 'message')) as [Memory];
  return memory;
}

/** Plants a leak of so many bytes for each connection. */
export function plantLeak(agent: ChildProcess, of: 'heap' | 'native', bytes: number): void {
  agent.send({ kind: 'leak', of, bytes } satisfies ProbeRequest);
}

/** By how much a step adds to the last: the median over all pairs, which no single jump moves. Pure. */
export function slopeOf(values: readonly number[]): number {
  const slopes = values.flatMap((later, to) =>
    values.slice(0, to).map((earlier, from) => (later - earlier) / (to - from)),
  );
  return slopes.sort((left, right) => left - right)[slopes.length >> 1] ?? 0;
}

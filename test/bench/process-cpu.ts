import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { childrenOf } from './process-memory.ts';

/** Milliseconds on the processor so far, of one process with its threads and everything it started. Linux only. */
export function cpuOfTree(pid: number): number {
  return [cpuOf(pid), ...childrenOf(pid).map(cpuOfTree)].reduce((sum, milliseconds) => sum + milliseconds, 0);
}

/** The same without what it started. */
export function cpuOf(pid: number): number {
  const threads = readdirSync(`/proc/${pid}/task`);
  const own = threads.map((thread) => parseSchedstat(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8')));
  return own.reduce((sum, milliseconds) => sum + milliseconds, 0);
}

/** Milliseconds, from the text of schedstat, whose first number is nanoseconds; `stat` counts ticks of ten milliseconds. */
export function parseSchedstat(text: string): number {
  const nanoseconds = /^(\d+) /.exec(text)?.[1];
  if (nanoseconds === undefined) throw new Error('no CPU time in schedstat');
  return Number(nanoseconds) / 1e6;
}

// Milliseconds.
const watch = 500;
const quietBelow = 10;
const patience = 30_000;

/** Resolves once none of them does much, as a broker does that rehearses; at the latest after half a minute. */
export async function untilQuiet(pids: readonly number[]): Promise<void> {
  const end = performance.now() + patience;
  let before = pids.map(cpuOfTree);
  while (performance.now() < end) {
    await sleep(watch);
    const now = pids.map(cpuOfTree);
    if (now.every((milliseconds, index) => milliseconds - (before[index] ?? 0) < quietBelow)) return;
    before = now;
  }
}

import { readFileSync } from 'node:fs';
import { run } from '../../demo/children.ts';

/** A list as in /proc/PID/status: `0-3,8`. */
export function parseCoreList(text: string): readonly number[] {
  return text.split(',').flatMap((range) => {
    const [first = Number.NaN, last = first] = range.split('-').map(Number);
    return Array.from({ length: last - first + 1 }, (_, index) => first + index);
  });
}

/** The cores this process may use. */
export function ownCores(): readonly number[] {
  const list = /^Cpus_allowed_list:\s*(\S+)$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1];
  if (list === undefined) throw new Error('/proc/self/status lists no cores');
  return parseCoreList(list);
}

/** Puts a process with all its threads on these cores. */
export async function pin(pid: number, cores: readonly number[]): Promise<void> {
  await run('taskset', ['-a', '-p', '-c', cores.join(','), `${pid}`], { env: process.env, cwd: '/' });
}

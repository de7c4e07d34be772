import { readdirSync, readFileSync } from 'node:fs';

/** Bytes of one process and everything it started, now; pages shared with others count by share. Linux only. */
export function memoryOfTree(pid: number): number {
  const own = parsePss(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'));
  return childrenOf(pid).reduce((sum, child) => sum + memoryOfTree(child), own);
}

/** Of its children, not of theirs. */
export function childrenOf(pid: number): readonly number[] {
  return readdirSync(`/proc/${pid}/task`)
    .flatMap((thread) => readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8').split(' '))
    .filter((child) => child !== '')
    .map(Number);
}

/** Bytes, from the text of smaps_rollup. */
export function parsePss(text: string): number {
  const kilobytes = /^Pss: +(\d+) kB$/m.exec(text)?.[1];
  if (kilobytes === undefined) throw new Error('no Pss in smaps_rollup');
  return Number(kilobytes) * 1024;
}

import { readdirSync, readFileSync } from 'node:fs';

/** `Pss_Anon` leaves out files: the share of a program's text grows when others that run the same program end. */
export type MemoryKind = 'Pss' | 'Pss_Anon';

/** Bytes of one process and everything it started, now; pages shared with others count by share. Linux only. */
export function memoryOfTree(pid: number, kind: MemoryKind = 'Pss'): number {
  const own = parsePss(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'), kind);
  return childrenOf(pid).reduce((sum, child) => sum + memoryOfTree(child, kind), own);
}

/** Of its children, not of theirs. */
export function childrenOf(pid: number): readonly number[] {
  return readdirSync(`/proc/${pid}/task`)
    .flatMap((thread) => readFileSync(`/proc/${pid}/task/${thread}/children`, 'utf8').split(' '))
    .filter((child) => child !== '')
    .map(Number);
}

/** Bytes, from the text of smaps_rollup. */
export function parsePss(text: string, kind: MemoryKind = 'Pss'): number {
  const kilobytes = new RegExp(`^${kind}: +(\\d+) kB$`, 'm').exec(text)?.[1];
  if (kilobytes === undefined) throw new Error(`no ${kind} in smaps_rollup`);
  return Number(kilobytes) * 1024;
}

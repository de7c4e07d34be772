import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { groupName, groupOf, secondsOfGroup, secondsOfReaped } from './cpu-accounts.ts';

/** Tells the processes of a run where to put down what a test file used: the kind of meter, and its folder. */
const variable = 'KEYTRAY_CPU_METER';

/** Counts the CPU time (user and system) of this process and all that come of it, as a whole and for each test file. */
export interface CpuMeter {
  /** `cgroup`: every descendant. `children`: those that were waited for. */
  readonly counts: 'cgroup' | 'children';
  /** Seconds so far. */
  total(): number;
  /** Seconds of a test file, which is named as vitest names it, relative to the repository. */
  of(file: string): number;
  close(): void;
}

const own = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
};
const reaped = (): number => secondsOfReaped(readFileSync('/proc/self/stat', 'latin1'));

/** In a cgroup of the run's own where it may have one, which takes root or a delegated one. */
export function startCpuMeter(wanted: CpuMeter['counts'] = 'cgroup'): CpuMeter {
  return (wanted === 'cgroup' ? inGroup() : undefined) ?? byChildren();
}

function inGroup(): CpuMeter | undefined {
  const before = own();
  let outer: string | undefined;
  let group: string | undefined;
  try {
    outer = groupOf(readFileSync('/proc/self/cgroup', 'latin1'), readFileSync('/proc/self/mounts', 'latin1'));
    if (outer === undefined) return undefined;
    group = path.join(outer, `keytray-test-${process.pid}`);
    enter(path.join(group, 'run'));
  } catch {
    if (group !== undefined) removeGroups(group);
    return undefined;
  }
  const [from, folder] = [outer, group];
  process.env[variable] = `cgroup ${folder}`;
  const used = (name: string): number => secondsOfGroup(readFileSync(path.join(folder, name, 'cpu.stat'), 'latin1'));
  return {
    counts: 'cgroup',
    total: () => before + used(''),
    of: (file) => (readdirSync(folder).includes(groupName(file)) ? used(groupName(file)) : 0),
    close() {
      writeFileSync(path.join(from, 'cgroup.procs'), String(process.pid));
      removeGroups(folder);
    },
  };
}

function byChildren(): CpuMeter {
  const folder = mkdtempSync(path.join(tmpdir(), 'keytray-cpu-'));
  process.env[variable] = `children ${folder}`;
  return {
    counts: 'children',
    total: () => own() + reaped(),
    of(file) {
      try {
        const amounts = readFileSync(path.join(folder, groupName(file)), 'latin1')
          .trim()
          .split('\n');
        return amounts.reduce((sum, amount) => sum + Number(amount), 0);
      } catch {
        return 0;
      }
    },
    close: () => rmSync(folder, { recursive: true, force: true }),
  };
}

function enter(group: string): void {
  mkdirSync(group, { recursive: true });
  writeFileSync(path.join(group, 'cgroup.procs'), String(process.pid));
}

/** One that still has a process stays, and with it the one around it. */
function removeGroups(group: string): void {
  try {
    for (const entry of readdirSync(group, { withFileTypes: true })) {
      if (entry.isDirectory()) removeGroups(path.join(group, entry.name));
    }
    rmdirSync(group);
  } catch {
    // The kernel frees it with its last process.
  }
}

/** In a process that runs tests: from now on what is used counts for this file. Returns what is to be called after it. */
export function beginFile(file: string): () => void {
  const [, counts, folder = ''] = /^(cgroup|children) (.+)$/.exec(process.env[variable] ?? '') ?? [];
  if (counts === undefined) return () => undefined;
  if (counts === 'cgroup') {
    enter(path.join(folder, groupName(file)));
    return () => undefined;
  }
  const before = own() + reaped();
  return () => appendFileSync(path.join(folder, groupName(file)), `${own() + reaped() - before}\n`);
}

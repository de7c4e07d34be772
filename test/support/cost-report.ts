/** What a run cost, for the lines before its count. Seconds throughout. */
export interface FileCost {
  readonly file: string;
  /** User and system time of its process and all that came of it. */
  readonly cpu: number;
  readonly wall: number;
}

export interface RunCost {
  readonly files: readonly FileCost[];
  /** Of the whole run: the files, and the build, the transforms and vitest itself. */
  readonly total: number;
  /** What the total was counted by; see cpu-meter.ts. */
  readonly counts: 'cgroup' | 'children';
}

const shown = 10;
const width = 11;

const explained = {
  cgroup: 'every descendant, counted by a cgroup',
  children: 'without daemons: only children that were waited for, as there is no cgroup to write to',
} as const;

/** The files that cost most, and the total. */
export function costLines({ files, total, counts }: RunCost): readonly string[] {
  const slowest = files.toSorted((a, b) => b.cpu - a.cpu).slice(0, shown);
  const inFiles = files.reduce((sum, { cpu }) => sum + cpu, 0);
  return [
    `${'CPU'.padStart(width)}${'wall'.padStart(width)}  slowest files, in seconds`,
    ...slowest.map(({ file, cpu, wall }) => `${seconds(cpu)}${seconds(wall)}  ${file}`),
    `CPU time of the run: ${minutes(total)}, ${minutes(Math.max(0, total - inFiles))} of it outside the files (${explained[counts]})`,
  ];
}

function seconds(amount: number): string {
  return amount.toFixed(1).padStart(width);
}

function minutes(amount: number): string {
  return `${(amount / 60).toFixed(2)} min`;
}

import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** Everything that stood in any process's command line or environment while it was watched. */
export interface ProcessWatch {
  /** Number of looks taken so far. */
  readonly looks: number;
  seen(): string;
  stop(): void;
}

const interval = 20;

/** Looks at every process of the machine, as `ps` and `/proc/PID/environ` would show them to the same user. */
export function watchProcesses(): ProcessWatch {
  const texts = new Set<string>();
  /** Kernel threads and zombies: they have no memory to show, and never get any. */
  const bare = new Set<string>();
  /** How often a process was read with this command line; another environment comes with another program only. */
  const reads = new Map<string, { readonly commandLine: string; readonly times: number }>();
  let looks = 0;
  const lookAt = (pid: string): void => {
    const commandLine = readOf(pid, 'cmdline');
    if (commandLine === '' && !hasProgram(pid)) bare.add(pid);
    const before = reads.get(pid);
    const times = before?.commandLine === commandLine ? before.times : 0;
    // Twice: the first time may have been between fork and exec, when it shows what its parent does.
    if (commandLine === '' || times === 2) return;
    const environment = readOf(pid, 'environ');
    texts.add(commandLine).add(environment);
    // Empty while the program is being loaded.
    if (environment !== '') reads.set(pid, { commandLine, times: times + 1 });
  };
  const look = (): void => {
    looks += 1;
    for (const pid of readdirSync('/proc')) {
      if (/^\d+$/.test(pid) && !bare.has(pid)) lookAt(pid);
    }
  };
  const timer = setInterval(look, interval);
  look();
  return {
    get looks() {
      return looks;
    },
    seen: () => [...texts].join('\n'),
    stop: () => clearInterval(timer),
  };
}

/** Empty as well where the process ended, or is another user's. */
function readOf(pid: string, file: 'cmdline' | 'environ'): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'latin1');
  } catch {
    return '';
  }
}

function hasProgram(pid: string): boolean {
  try {
    readlinkSync(`/proc/${pid}/exe`);
    return true;
  } catch (error) {
    return !(error instanceof Error && 'code' in error && error.code === 'ENOENT');
  }
}

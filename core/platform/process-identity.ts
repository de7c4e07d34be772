import { closeSync, readFileSync, readlinkSync } from 'node:fs';
import { constants } from 'node:os';
import { getSocketOption, lastError, processEnded } from './libc.ts';

/** Path of the program that connected to the socket, Linux. */
export function executableOfPeer(socketFd: number, pid: number): string | undefined {
  return readOfPeer(socketFd, pid, executableOf);
}

/** When it was started, Linux: clock ticks from boot. */
export function startTimeOfPeer(socketFd: number, pid: number): number | undefined {
  return readOfPeer(socketFd, pid, startTimeOf);
}

/** Programs above the one that connected, nearest first, Linux. */
export function parentsOfPeer(socketFd: number, pid: number): readonly string[] {
  return readOfPeer(socketFd, pid, parentsOf) ?? [];
}

/** More than a tool, its wrapper and the shells between them. */
const mostParents = 16;

function parentsOf(pid: number): readonly string[] {
  const found: string[] = [];
  for (let parent = parentOf(pid); parent !== undefined && parent > 0; parent = parentOf(parent)) {
    const executable = executableOf(parent);
    if (executable === undefined || found.length === mostParents) break;
    found.push(executable);
  }
  return found;
}

/**
 * A pid may have been given to another process since it connected: where the kernel has SO_PEERPIDFD (6.5) the answer
 * stands only if the process still lives after it was read. On an older kernel it stands if the pid named one process
 * throughout.
 */
function readOfPeer<Value>(socketFd: number, pid: number, read: (pid: number) => Value | undefined): Value | undefined {
  if (pid <= 0) return undefined;
  const pidfd = peerPidfd(socketFd);
  switch (pidfd) {
    case 'gone':
      return undefined;
    case 'unsupported': {
      const before = startTimeOf(pid);
      const value = read(pid);
      return before !== undefined && before === startTimeOf(pid) ? value : undefined;
    }
    default:
      return readWhileAlive(pidfd, () => read(pid));
  }
}

function readWhileAlive<Value>(pidfd: number, read: () => Value | undefined): Value | undefined {
  try {
    const value = read();
    return processEnded(pidfd) ? undefined : value;
  } finally {
    closeSync(pidfd);
  }
}

// asm-generic/socket.h: SOL_SOCKET, SO_PEERPIDFD. The descriptor comes with close-on-exec.
function peerPidfd(socketFd: number): number | 'gone' | 'unsupported' {
  const option = getSocketOption(socketFd, 1, 77, 4);
  if (option?.length === 4) return option.readInt32LE(0);
  return option === undefined && lastError() === constants.errno.ENOPROTOOPT ? 'unsupported' : 'gone';
}

/** Whether the process has a controlling terminal, Linux. False where it has gone or is not known. */
export function hasControllingTerminal(process: {
  readonly pid: number;
  readonly startTime: number | undefined;
}): boolean {
  const stat = statOf(process.pid);
  const terminal = stat === undefined ? undefined : fieldOf(stat, 7);
  return terminal !== undefined && terminal !== 0 && stillRuns(process);
}

/** Whether it is still the same process. False where its start is not known. */
export function stillRuns({
  pid,
  startTime,
}: {
  readonly pid: number;
  readonly startTime: number | undefined;
}): boolean {
  return startTime !== undefined && startTimeOf(pid) === startTime;
}

function executableOf(pid: number): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/exe`);
  } catch {
    return undefined;
  }
}

function startTimeOf(pid: number): number | undefined {
  const stat = statOf(pid);
  return stat === undefined ? undefined : parseStartTime(stat);
}

function parentOf(pid: number): number | undefined {
  const stat = statOf(pid);
  return stat === undefined ? undefined : fieldOf(stat, 4);
}

function statOf(pid: number): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'latin1');
  } catch {
    return undefined;
  }
}

export function parseStartTime(stat: string): number | undefined {
  return fieldOf(stat, 22);
}

/** A field of /proc/PID/stat (proc(5)). The second is the program's name in brackets, which may hold anything. */
function fieldOf(stat: string, number: number): number | undefined {
  const fromThird = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const field = fromThird[number - 3];
  return field !== undefined && /^\d+$/.test(field) ? Number(field) : undefined;
}

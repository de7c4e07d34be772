import { closeSync, readFileSync, readlinkSync } from 'node:fs';
import { constants } from 'node:os';
import { getSocketOption, lastError, processEnded } from './libc.ts';

/** What /proc says about a process. */
export interface ProcessIdentity {
  readonly executable: string | undefined;
  readonly startTime: number | undefined;
}

const unknown: ProcessIdentity = { executable: undefined, startTime: undefined };

/**
 * The process that connected to the socket, Linux. A pid may have been given to another process since: where the
 * kernel has SO_PEERPIDFD (6.5) the answer stands only if the process still lives after it was read. On an older
 * kernel it stands if the pid named one process throughout.
 */
export function identifyPeer(socketFd: number, pid: number): ProcessIdentity {
  if (pid <= 0) return unknown;
  const pidfd = peerPidfd(socketFd);
  switch (pidfd) {
    case 'gone':
      return unknown;
    case 'unsupported': {
      const before = readIdentity(pid);
      return before.startTime !== undefined && before.startTime === startTimeOf(pid) ? before : unknown;
    }
    default:
      return readWhileAlive(pidfd, pid);
  }
}

function readWhileAlive(pidfd: number, pid: number): ProcessIdentity {
  try {
    const identity = readIdentity(pid);
    return processEnded(pidfd) ? unknown : identity;
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

function readIdentity(pid: number): ProcessIdentity {
  return { executable: executableOf(pid), startTime: startTimeOf(pid) };
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
  try {
    return parseStartTime(readFileSync(`/proc/${pid}/stat`, 'latin1'));
  } catch {
    return undefined;
  }
}

/** Field 22 of /proc/PID/stat. The second field is the program's name in brackets, which may hold anything. */
export function parseStartTime(stat: string): number | undefined {
  const fromThird = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const field = fromThird[22 - 3];
  return field !== undefined && /^\d+$/.test(field) ? Number(field) : undefined;
}

import { closeSync, constants, fstatSync, openSync } from 'node:fs';
import { KeytrayError } from '../../errors.ts';
import { lockFileDescriptor } from '../../platform/libc.ts';

export interface LockFile {
  release(): void;
}

/**
 * Takes the lock that makes a broker the only one. It is held until `release` or the end of the process,
 * also of one that crashed. Undefined where another process holds it.
 * The file itself stays: removing a lock file lets two processes lock two different files of one name.
 */
export function takeLockFile(path: string, uid: number): LockFile | undefined {
  // libuv adds O_CLOEXEC, so no child can keep the lock alive after us.
  const fd = open(path);
  let locked = false;
  try {
    const file = fstatSync(fd);
    if (!file.isFile() || file.uid !== uid) {
      throw new KeytrayError('misconfigured', `${path} is not a lock file of ours`, { advice: 'Remove it.' });
    }
    locked = lockFileDescriptor(fd) === 'locked';
  } finally {
    if (!locked) closeSync(fd);
  }
  if (!locked) return undefined;
  let held = true;
  return {
    release() {
      if (held) closeSync(fd);
      held = false;
    },
  };
}

// Non-blocking, for what may lie there instead: opening a FIFO waits for its other end.
const flags = constants.O_RDWR | constants.O_CREAT | constants.O_NOFOLLOW | constants.O_NONBLOCK;

const inTheWay: Readonly<Record<string, string>> = {
  ELOOP: 'is a symbolic link',
  EISDIR: 'is a folder',
  EACCES: 'is not ours to write',
  EPERM: 'is not ours to write',
  ENXIO: 'is not a file',
};

function open(path: string): number {
  try {
    return openSync(path, flags, 0o600);
  } catch (error) {
    const problem = error instanceof Error && 'code' in error ? inTheWay[String(error.code)] : undefined;
    if (problem === undefined) throw error;
    throw new KeytrayError('misconfigured', `${path} ${problem}, not a lock file of ours`, {
      cause: error,
      advice: 'Remove it.',
    });
  }
}

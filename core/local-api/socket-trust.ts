import { lstatSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * Whom a caller would be talking to. What it sends is no secret, but what it gets is believed:
 * somebody else's socket must not answer in the broker's name.
 */
export type SocketTrust =
  | { readonly kind: 'ours' }
  | { readonly kind: 'absent' }
  /** `problem` is for people. */
  | { readonly kind: 'foreign'; readonly problem: string };

const absent: SocketTrust = { kind: 'absent' };

export function judgeSocketFile(path: string, uid: number): SocketTrust {
  try {
    const socket = lstatSync(path, { throwIfNoEntry: false });
    if (socket === undefined || !socket.isSocket()) return absent;
    if (socket.uid !== uid) return foreign(`${path} belongs to uid ${socket.uid}, not to you (uid ${uid})`);
    const folder = statSync(dirname(path));
    if (folder.uid !== uid && folder.uid !== 0) return foreign(`${dirname(path)} belongs to uid ${folder.uid}`);
    // In a folder others write to, the file could be replaced between this look and the connection; not where the
    // sticky bit keeps each one's files.
    const openToOthers = (folder.mode & 0o022) !== 0 && (folder.mode & 0o1000) === 0;
    return openToOthers ? foreign(`others can write to ${dirname(path)}`) : { kind: 'ours' };
  } catch {
    // A folder that is not ours to look into.
    return absent;
  }
}

function foreign(problem: string): SocketTrust {
  return { kind: 'foreign', problem };
}

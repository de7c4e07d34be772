import { lstatSync } from 'node:fs';
import { describeProblem, judgePath } from '../../platform/trusted-path.ts';

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
    if (socket.uid !== uid) {
      const advice = uid === 0 ? '; run the command as that user, without sudo' : '';
      return foreign(`${path} belongs to uid ${socket.uid}, not to you (uid ${uid})${advice}`);
    }
    // Where others can write, the file could be replaced between this look and the connection.
    const judged = judgePath(path, uid);
    return judged.kind === 'refused' ? foreign(describeProblem(judged.problem)) : { kind: 'ours' };
  } catch {
    // A folder that is not ours to look into.
    return absent;
  }
}

function foreign(problem: string): SocketTrust {
  return { kind: 'foreign', problem };
}

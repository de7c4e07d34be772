import { connect, type Socket } from 'node:net';
import { KeytrayError } from '../../errors.ts';
import { judgeSocketFile } from '../socket/socket-trust.ts';

const connectTime = 2_000;
// connect(2) on a Unix socket does not wait for a place in the backlog.
const pauseWhenFull = 20;

/**
 * A connection to the broker behind the first candidate that answers.
 * Throws `no_broker` where none does, `access_denied` where only somebody else's socket is there.
 */
export async function connectToBroker(candidates: readonly string[], uid: number): Promise<Socket> {
  let problem: string | undefined;
  for (const path of candidates) {
    const trust = judgeSocketFile(path, uid);
    if (trust.kind === 'foreign') problem ??= trust.problem;
    if (trust.kind !== 'ours') continue;
    const socket = await connectOrNothing(path);
    if (socket !== undefined) return socket;
  }
  if (problem !== undefined) throw new KeytrayError('access_denied', problem);
  throw new KeytrayError('no_broker', 'Keytray is not running');
}

async function connectOrNothing(path: string): Promise<Socket | undefined> {
  const end = performance.now() + connectTime;
  for (;;) {
    const outcome = await tryOnce(path);
    if (typeof outcome === 'object') return outcome;
    if (outcome !== 'EAGAIN' || performance.now() > end) return undefined;
    await new Promise((resolve) => setTimeout(resolve, pauseWhenFull));
  }
}

function tryOnce(path: string): Promise<Socket | string> {
  return new Promise((resolve) => {
    const socket = connect(path);
    const failed = (error: NodeJS.ErrnoException): void => resolve(error.code ?? error.message);
    socket.once('error', failed);
    socket.once('connect', () => {
      socket.off('error', failed);
      resolve(socket);
    });
  });
}

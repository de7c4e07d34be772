import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { chmodSync, lstatSync, renameSync, rmSync } from 'node:fs';
import { connect, type Server } from 'node:net';
import { basename, dirname, join } from 'node:path';
import { KeytrayError } from '../../errors.ts';
import { makeFolder } from '../../platform/make-folder.ts';
import { describeProblem, wayProblem } from '../../platform/trusted-path.ts';
import { type LockFile, takeLockFile } from './lock-file.ts';
import { isStillThere, type MadeFile, madeFile, watchFiles } from './socket-watch.ts';

export interface UnixSocketOptions {
  readonly path: string;
  /** Whose the files here must be: this process's own. */
  readonly uid: number;
  /** Locks to hold beside the socket's own, `PATH.lock`. */
  readonly lockFiles: readonly string[];
  /** Called once the locks are held and nobody answers, before the socket is there. */
  readonly alone: () => void;
  /** Told once, where the socket or a lock was removed or replaced: no client finds us, or another broker may start. */
  readonly lost: (path: string) => void;
}

export type Listening =
  | {
      readonly kind: 'listening';
      /** Removes the socket file, if it is still the one made here. */
      removeFile(): void;
      /** Lets another broker start. */
      releaseLock(): void;
    }
  | { readonly kind: 'already_running' };

/**
 * Makes `server` the only one behind the path. Nothing is removed before the lock is held;
 * a socket file that answers is left alone even then, because its owner knows nothing of our lock.
 */
export async function listenOnUnixSocket(server: Server, options: UnixSocketOptions): Promise<Listening> {
  const lockPaths = [`${options.path}.lock`, ...options.lockFiles];
  const locks = takeAll(lockPaths, options.uid);
  if (locks === undefined) return { kind: 'already_running' };
  const releaseLock = (): void => {
    for (const lock of locks) lock.release();
  };
  try {
    if (await isAnswered(options.path, options.uid)) {
      releaseLock();
      return { kind: 'already_running' };
    }
    options.alone();
    const made = await bind(server, options.path);
    const watch = watchFiles([made, ...lockPaths.map(madeFile)], options.lost);
    const removeFile = (): void => {
      watch.close();
      if (isStillThere(made)) rmSync(made.path, { force: true });
    };
    return { kind: 'listening', removeFile, releaseLock };
  } catch (error) {
    releaseLock();
    throw error;
  }
}

function takeAll(paths: readonly string[], uid: number): readonly LockFile[] | undefined {
  const locks: LockFile[] = [];
  try {
    for (const path of paths) {
      const problem = wayProblem(dirname(path), uid);
      if (problem !== undefined) {
        throw new KeytrayError('misconfigured', describeProblem(problem), {
          advice: 'Set KEYTRAY_SOCKET to a path in a folder of yours.',
        });
      }
      makeFolder(dirname(path));
      const lock = takeLockFile(path, uid);
      if (lock === undefined) break;
      locks.push(lock);
    }
    if (locks.length === paths.length) return locks;
  } catch (error) {
    for (const lock of locks) lock.release();
    throw error;
  }
  for (const lock of locks) lock.release();
  return undefined;
}

async function isAnswered(path: string, uid: number): Promise<boolean> {
  const file = lstatSync(path, { throwIfNoEntry: false });
  if (file === undefined) return false;
  if (!file.isSocket())
    throw new KeytrayError('misconfigured', `${path} exists and is not a socket`, { advice: 'Remove it.' });
  if (file.uid !== uid) {
    throw new KeytrayError('misconfigured', `${path} belongs to uid ${file.uid}, not to you (uid ${uid})`, {
      advice: 'Set KEYTRAY_SOCKET to a path in a folder of yours.',
    });
  }
  const probe = connect(path);
  try {
    await once(probe, 'connect');
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error) {
      if (error.code === 'ECONNREFUSED' || error.code === 'ENOENT') return false;
      // A full backlog: somebody is there, only busy.
      if (error.code === 'EAGAIN') return true;
    }
    throw error;
  } finally {
    probe.destroy();
  }
}

/**
 * Binds to a passing name and renames: the socket is never visible with a wider mode, and what libuv
 * unlinks at the end is the passing name, never a file that took our place meanwhile.
 */
async function bind(server: Server, path: string): Promise<MadeFile> {
  const passing = join(dirname(path), randomBytes(4).toString('hex').slice(0, basename(path).length));
  // libuv binds within listen(), so the umask is ours for this one call only.
  const umask = process.umask(0o177);
  try {
    // As long as the kernel allows: connect() fails with EAGAIN where the backlog is full.
    server.listen({ path: passing, backlog: 4096 });
  } finally {
    process.umask(umask);
  }
  await once(server, 'listening');
  try {
    chmodSync(passing, 0o600);
    const made = madeFile(passing);
    renameSync(passing, path);
    return { ...made, path };
  } catch (error) {
    server.close();
    throw error;
  }
}

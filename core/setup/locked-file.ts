import { type FileHandle, mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { codeOf } from '../config/config-files.ts';
import { KeytrayError } from '../errors.ts';
import {
  describeProblem,
  judgePath,
  type OpenedFile,
  openTrusted,
  ownUid,
  type PathProblem,
  wayProblem,
} from '../platform/trusted-path.ts';

/** Milliseconds for another program that is writing the file: it takes one of them. */
const patience = 1_000;
const pause = 20;

/** Rejects where others could have written the file, or laid what it is reached by. */
export async function readIfThere(file: string): Promise<Buffer | undefined> {
  let opened: OpenedFile;
  try {
    opened = await openTrusted(file, ownUid());
  } catch (error) {
    throw new KeytrayError('invalid_request', `${file} cannot be read (${codeOf(error)})`, { cause: error });
  }
  if (opened.kind === 'missing') return undefined;
  if (opened.kind === 'refused') throw refusal(file, opened.problem);
  try {
    return await opened.handle.readFile();
  } finally {
    await opened.handle.close();
  }
}

function refusal(file: string, problem: PathProblem): KeytrayError {
  const { kind, path, owner, fix } = problem;
  if (kind === 'type' && path === file) return new KeytrayError('invalid_request', describeProblem(problem));
  const what = kind === 'owner' && path === file ? `${file} belongs to another user (uid ${owner})` : problem.message;
  return new KeytrayError('invalid_request', `${what}; nothing was changed${fix === '' ? '' : `; ${fix}`}`);
}

/**
 * Behind symbolic links, so that a dotfiles repository stays linked; a link to nothing is where the file will be.
 * Throws where somebody else laid a link or owns a folder on the way: what is written would end up elsewhere.
 */
export function realFile(file: string): string {
  const judged = judgePath(file, ownUid());
  if (judged.kind === 'refused') throw refusal(file, judged.problem);
  return judged.path;
}

/** Throws where others could put a folder of theirs in the place of `folder`. */
export function requireTrustedFolder(folder: string): void {
  const problem = wayProblem(folder, ownUid());
  if (problem !== undefined) throw refusal(folder, problem);
}

/** Makes the folder of a file; returns the first one that was not there. */
export async function makeFolderOf(file: string): Promise<string | undefined> {
  const folder = dirname(file);
  try {
    return await mkdir(folder, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw new KeytrayError('invalid_request', `${folder} cannot be made (${codeOf(error)})`, { cause: error });
  }
}

export interface LockedChange {
  /** Undefined for no file. */
  readonly bytes: Buffer | undefined;
}

/**
 * Changes a file under git's and kubectl's own lock (`FILE.lock`, renamed into place), so that one of them that
 * writes at the same moment and we never undo each other. Its mode stays; a new file gets `newMode`.
 */
export async function changeLocked(
  file: string,
  newMode: number,
  change: (current: Buffer | undefined) => Promise<LockedChange>,
): Promise<void> {
  const lock = `${file}.lock`;
  const handle = await takeLock(lock, file);
  try {
    const current = await readIfThere(file);
    const found = current === undefined ? undefined : await stat(file);
    const mode = found === undefined ? newMode : found.mode & 0o777;
    // Renaming would make it ours.
    if (found !== undefined && found.uid !== process.geteuid?.()) {
      const message = `${file} belongs to another user (uid ${found.uid}); nothing was changed`;
      throw new KeytrayError('invalid_request', message);
    }
    // Renaming would go over it all the same; whoever took the right to write away meant something by it.
    if ((mode & 0o200) === 0) throw new KeytrayError('invalid_request', `${file} is read-only; nothing was changed`);
    const { bytes } = await change(current);
    if (same(current, bytes)) return;
    if (bytes === undefined) {
      await rm(file, { force: true });
      return;
    }
    await handle.writeFile(bytes);
    await handle.chmod(mode);
    await handle.sync();
    await rename(lock, file);
  } finally {
    await handle.close();
    await rm(lock, { force: true });
  }
}

async function takeLock(lock: string, file: string): Promise<FileHandle> {
  for (let waited = 0; ; waited += pause) {
    try {
      return await open(lock, 'wx', 0o600);
    } catch (error) {
      if (codeOf(error) !== 'EEXIST') {
        throw new KeytrayError('invalid_request', `${file} cannot be written (${codeOf(error)})`, { cause: error });
      }
      if (waited >= patience) {
        const message = `${lock} exists: a program is writing ${file} right now; if none is, remove that file`;
        throw new KeytrayError('temporarily_unavailable', message, { cause: error });
      }
    }
    await delay(pause);
  }
}

export function same(left: Buffer | undefined, right: Buffer | undefined): boolean {
  return left === undefined || right === undefined ? left === right : left.equals(right);
}

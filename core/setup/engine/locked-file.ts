import { constants, type Stats } from 'node:fs';
import { access, type FileHandle, lstat, open, rm, stat, statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { codeOf } from '../../config/config-files.ts';
import { KeytrayError } from '../../errors.ts';
import { makeFolder } from '../../platform/make-folder.ts';
import {
  describeProblem,
  judgePath,
  type OpenedFile,
  openTrusted,
  ownUid,
  type PathProblem,
  wayProblem,
} from '../../platform/trusted-path.ts';
import { swapIn } from './file-swap.ts';
import { correctFile } from './words.ts';
import { writeFailure } from './write-failure.ts';

/** Milliseconds for another program that is writing the file: it takes one of them. */
const patience = 1_000;
const pause = 20;

/** Rejects where others could have written the file, or laid what it is reached by. */
export async function readIfThere(file: string): Promise<Buffer | undefined> {
  let opened: OpenedFile;
  try {
    opened = await openTrusted(file, ownUid());
  } catch (error) {
    throw new KeytrayError('invalid_request', `${file} cannot be read (${codeOf(error)})`, {
      cause: error,
      advice: correctFile,
    });
  }
  if (opened.kind === 'missing') return undefined;
  if (opened.kind === 'refused') throw refusal(file, opened.problem);
  try {
    return await opened.handle.readFile();
  } finally {
    await opened.handle.close();
  }
}

const correctOwner = 'Let it belong to you alone, then set the tool up again.';

function refusal(file: string, problem: PathProblem): KeytrayError {
  const { kind, path, owner, fix } = problem;
  if (kind === 'type' && path === file)
    return new KeytrayError('invalid_request', describeProblem(problem), { advice: correctFile });
  const what = kind === 'owner' && path === file ? `${file} belongs to another user (uid ${owner})` : problem.message;
  const changed = `${what}; nothing was changed${fix === '' ? '' : `; ${fix}`}`;
  return new KeytrayError('invalid_request', changed, { advice: correctOwner });
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
export function makeFolderOf(file: string): string | undefined {
  const folder = dirname(file);
  try {
    return makeFolder(folder);
  } catch (error) {
    throw writeFailure(folder, error);
  }
}

export interface LockedChange {
  /** Undefined for no file. */
  readonly bytes: Buffer | undefined;
  /** Runs once the new bytes are on the disk, right before they take the place of the old ones. */
  beforeSwap?(): Promise<void>;
}

/**
 * Changes a file under git's and kubectl's own lock (`FILE.lock`, renamed into place), so that one of them that
 * writes at the same moment and we never undo each other. Owner, group, mode, attributes and links stay; a new file
 * gets `newMode`. Rejects with a `KeytrayError`, and then the file is as it was.
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
    const stats = current === undefined ? undefined : await stat(file);
    if (stats !== undefined) requireOwn(file, stats);
    const { bytes, beforeSwap } = await change(current);
    if (same(current, bytes)) return;
    if (bytes === undefined) {
      await rm(file, { force: true });
      return;
    }
    await handle.writeFile(bytes);
    await handle.chmod(stats === undefined ? newMode : stats.mode & 0o7777);
    await handle.sync();
    await beforeSwap?.();
    await swapIn(lock, handle, bytes, file, current && stats && { bytes: current, stats });
  } catch (error) {
    throw writeFailure(file, error);
  } finally {
    await handle.close();
    await rm(lock, { force: true });
  }
}

function requireOwn(file: string, { uid, mode }: Stats): void {
  // Renaming would make it ours.
  if (uid !== process.geteuid?.()) {
    throw new KeytrayError('invalid_request', `${file} belongs to another user (uid ${uid}); nothing was changed`, {
      advice: correctOwner,
    });
  }
  // Renaming would go over it all the same; whoever took the right to write away meant something by it.
  if ((mode & 0o200) === 0) {
    throw new KeytrayError('invalid_request', `${file} is read-only; nothing was changed`, {
      advice: 'Give yourself the right to write to it, then set the tool up again.',
    });
  }
}

/**
 * Rejects where `changeLocked` would, as far as that can be told without a change: for a preview, which must not
 * promise what will be refused.
 */
export async function requireWritable(file: string, bytes: Buffer | undefined): Promise<void> {
  const stats = await stat(file).catch(() => undefined);
  if (stats !== undefined) requireOwn(file, stats);
  try {
    // Also where nothing is written: what is append-only, or on a read-only file system, is refused here.
    if (stats !== undefined) await (await open(file, constants.O_WRONLY | constants.O_NONBLOCK)).close();
  } catch (error) {
    throw writeFailure(file, error);
  }
  await requireRoom(file, bytes?.length ?? 0);
  // A file that is mounted by itself need not be on the disk of its folder.
  if (stats !== undefined) await requireSpace(file, (bytes?.length ?? 0) - stats.size, file);
  await untilFree(`${file}.lock`, file, async () => !(await isThere(`${file}.lock`)) || undefined);
}

/** Rejects where the folder of a file, or the first one on the way to it that is there, takes no file of `size` bytes. */
export async function requireRoom(file: string, size: number): Promise<void> {
  let folder = dirname(file);
  while (folder !== dirname(folder) && !(await isThere(folder))) folder = dirname(folder);
  try {
    await access(folder, constants.W_OK | constants.X_OK);
  } catch (error) {
    throw writeFailure(folder, error);
  }
  await requireSpace(folder, size, file);
}

async function requireSpace(place: string, size: number, file: string): Promise<void> {
  const { blocks, bfree, bavail, bsize, files, ffree } = await statfs(place);
  const left = (process.geteuid?.() === 0 ? bfree : bavail) * bsize;
  // Some file systems tell no numbers: their zeros mean nothing.
  const full = (blocks > 0 && left < size) || (files > 0 && ffree === 0);
  if (full) throw writeFailure(file, Object.assign(new Error('no space'), { code: 'ENOSPC' }));
}

const isThere = (path: string): Promise<boolean> =>
  lstat(path).then(
    () => true,
    () => false,
  );

function takeLock(lock: string, file: string): Promise<FileHandle> {
  return untilFree(lock, file, async () => {
    try {
      return await open(lock, 'wx', 0o600);
    } catch (error) {
      if (codeOf(error) === 'EEXIST') return undefined;
      throw writeFailure(dirname(file), error);
    }
  });
}

/** Repeats `take` while it resolves to undefined, that is while another program holds the lock. */
async function untilFree<T>(lock: string, file: string, take: () => Promise<T | undefined>): Promise<T> {
  for (let waited = 0; ; waited += pause) {
    const taken = await take();
    if (taken !== undefined) return taken;
    if (waited >= patience) {
      const message = `${lock} exists: a program is writing ${file} right now; if none is, remove that file`;
      throw new KeytrayError('temporarily_unavailable', message);
    }
    await delay(pause);
  }
}

export function same(left: Buffer | undefined, right: Buffer | undefined): boolean {
  return left === undefined || right === undefined ? left === right : left.equals(right);
}

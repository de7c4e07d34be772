import { constants } from 'node:fs';
import { type FileHandle, lstat, mkdir, open, readlink, realpath, rename, rm, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { codeOf } from '../config/config-files.ts';
import { KeytrayError } from '../errors.ts';

/** Milliseconds for another program that is writing the file: it takes one of them. */
const patience = 1_000;
const pause = 20;

export async function readIfThere(file: string): Promise<Buffer | undefined> {
  let handle: FileHandle;
  try {
    // A named pipe would else be waited for.
    handle = await open(file, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw new KeytrayError('invalid_request', `${file} cannot be read (${codeOf(error)})`, { cause: error });
  }
  try {
    if (!(await handle.stat()).isFile()) throw new KeytrayError('invalid_request', `${file} is not a regular file`);
    return await handle.readFile();
  } finally {
    await handle.close();
  }
}

/** Behind symbolic links, so that a dotfiles repository stays linked; a link to nothing is where the file will be. */
export async function realFile(file: string): Promise<string> {
  try {
    return await realpath(file);
  } catch {
    const link = await lstat(file).catch(() => undefined);
    return link?.isSymbolicLink() === true ? resolve(dirname(file), await readlink(file)) : file;
  }
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

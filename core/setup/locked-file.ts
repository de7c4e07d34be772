import { type FileHandle, open, readFile, rename, rm, stat } from 'node:fs/promises';
import { codeOf } from '../config/config-files.ts';
import { KeytrayError } from '../errors.ts';

export async function readIfThere(file: string): Promise<Buffer | undefined> {
  try {
    return await readFile(file);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw new KeytrayError('invalid_request', `${file} cannot be read (${codeOf(error)})`, { cause: error });
  }
}

/**
 * Changes a file under git's own lock (`FILE.lock`, renamed into place), so that a git that writes at the same
 * moment and we never undo each other. `change` returns the new bytes, undefined for no file.
 */
export async function changeLocked(
  file: string,
  change: (current: Buffer | undefined) => Promise<{ readonly bytes: Buffer | undefined }>,
): Promise<void> {
  const lock = `${file}.lock`;
  const handle = await takeLock(lock, file);
  try {
    const current = await readIfThere(file);
    const { bytes } = await change(current);
    if (same(current, bytes)) return;
    if (bytes === undefined) {
      await rm(file, { force: true });
      return;
    }
    await handle.writeFile(bytes);
    await handle.chmod(current === undefined ? 0o644 : (await stat(file)).mode & 0o777);
    await handle.sync();
    await rename(lock, file);
  } finally {
    await handle.close();
    await rm(lock, { force: true });
  }
}

async function takeLock(lock: string, file: string): Promise<FileHandle> {
  try {
    return await open(lock, 'wx', 0o600);
  } catch (error) {
    if (codeOf(error) === 'EEXIST') {
      const message = `${lock} exists: git is writing ${file} right now; if no git runs, remove that file`;
      throw new KeytrayError('temporarily_unavailable', message, { cause: error });
    }
    throw new KeytrayError('invalid_request', `${file} cannot be written (${codeOf(error)})`, { cause: error });
  }
}

export function same(left: Buffer | undefined, right: Buffer | undefined): boolean {
  return left === undefined || right === undefined ? left === right : left.equals(right);
}

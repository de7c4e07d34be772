import { constants, type Stats } from 'node:fs';
import { type FileHandle, open, rename } from 'node:fs/promises';
import { codeOf } from '../../config/config-files.ts';

const { O_NOFOLLOW, O_NONBLOCK, O_RDONLY, O_WRONLY } = constants;

/** A file as it was found: what is written must leave all of it but the bytes. */
export interface FoundFile {
  readonly stats: Stats;
  readonly bytes: Buffer;
}

/**
 * Puts `fresh`, which is open as `handle` and holds `bytes`, in the place of `file`. By renaming, so that a reader sees
 * the old bytes or the new ones; where that would lose a hard link, the group, an access list or another attribute, or
 * where the file is a mount point, its own bytes are written over. Rejects with the system's error, the old bytes in place.
 */
export async function swapIn(
  fresh: string,
  handle: FileHandle,
  bytes: Buffer,
  file: string,
  found: FoundFile | undefined,
): Promise<void> {
  if (found !== undefined && !(await isLike(handle, file, found.stats))) return writeOver(file, bytes, found.bytes);
  try {
    await rename(fresh, file);
  } catch (error) {
    if (found === undefined || codeOf(error) !== 'EBUSY') throw error;
    await writeOver(file, bytes, found.bytes);
  }
}

/** Whether the new file, once it has the mode and group of the old one, is the same in everything but its bytes. */
async function isLike(handle: FileHandle, file: string, { nlink, uid, gid, mode }: Stats): Promise<boolean> {
  if (nlink > 1) return false;
  try {
    await handle.chown(uid, gid);
  } catch {
    // A group the user is not in.
    return false;
  }
  // A change of group takes bits of the mode away.
  await handle.chmod(mode & 0o7777);
  const old = await open(file, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  try {
    const { extendedAttributes } = await import('../../platform/libc.ts');
    return extendedAttributes(old.fd) === extendedAttributes(handle.fd);
  } catch {
    // What cannot be read cannot be given to a new file either.
    return false;
  } finally {
    await old.close();
  }
}

async function writeOver(file: string, bytes: Buffer, old: Buffer): Promise<void> {
  const handle = await open(file, O_WRONLY | O_NOFOLLOW | O_NONBLOCK);
  try {
    try {
      // The end first: on a full disk it fails before any of the old bytes is gone.
      await writeAt(handle, bytes, old.length);
      await writeAt(handle, bytes.subarray(0, old.length), 0);
      await handle.truncate(bytes.length);
    } catch (error) {
      await writeAt(handle, old, 0);
      await handle.truncate(old.length);
      throw error;
    }
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function writeAt(handle: FileHandle, bytes: Buffer, from: number): Promise<void> {
  for (let at = from; at < bytes.length; ) {
    const { bytesWritten } = await handle.write(bytes, at, bytes.length - at, at);
    at += bytesWritten;
  }
}

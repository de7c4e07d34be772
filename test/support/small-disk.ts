import { execFile } from 'node:child_process';
import { chmod, mkdtemp, rm, statfs, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A file system of 64 KiB; only root can make one. */
export interface SmallDisk {
  readonly folder: string;
  /** Leaves no byte free: writes end with ENOSPC. */
  fill(): Promise<void>;
  free(): Promise<void>;
  /** Writes end with EROFS. */
  readOnly(): Promise<void>;
  writable(): Promise<void>;
  /** Reading this file ends with EIO, whatever was in it. */
  breakFile(path: string): Promise<void>;
  mendFile(path: string): Promise<void>;
  remove(): Promise<void>;
}

export async function mountSmallDisk(): Promise<SmallDisk> {
  const folder = await mkdtemp(join(tmpdir(), 'keytray-disk-'));
  await run('mount', ['-t', 'tmpfs', '-o', 'size=64k,mode=0700', 'tmpfs', folder]);
  await chmod(folder, 0o700);
  const ballast = join(folder, 'ballast');
  const remount = async (option: 'ro' | 'rw'): Promise<void> => {
    await run('mount', ['-o', `remount,${option}`, folder]);
  };
  const broken = new Set<string>();
  const mendFile = async (path: string): Promise<void> => {
    await run('umount', [path]);
    broken.delete(path);
  };
  return {
    folder,
    async fill() {
      const { bavail, bsize } = await statfs(folder);
      await writeFile(ballast, Buffer.alloc(bavail * bsize));
    },
    free: () => rm(ballast),
    readOnly: () => remount('ro'),
    writable: () => remount('rw'),
    async breakFile(path) {
      // Address 0 of a process is never mapped: a real EIO of a real file.
      await run('mount', ['--bind', `/proc/${process.pid}/mem`, path]);
      broken.add(path);
    },
    mendFile,
    async remove() {
      for (const path of [...broken]) await mendFile(path);
      await run('umount', [folder]);
      await rm(folder, { recursive: true });
    },
  };
}

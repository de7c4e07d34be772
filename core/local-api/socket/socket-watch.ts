import { type FSWatcher, lstatSync, watch } from 'node:fs';
import { dirname } from 'node:path';

/** A file as it was made: another one under its name is not it. */
export interface MadeFile {
  readonly path: string;
  readonly dev: number;
  readonly ino: number;
}

/** Reads what is there now; throws where nothing is. */
export function madeFile(path: string): MadeFile {
  const { dev, ino } = lstatSync(path);
  return { path, dev, ino };
}

export function isStillThere({ path, dev, ino }: MadeFile): boolean {
  const file = lstatSync(path, { throwIfNoEntry: false });
  return file?.dev === dev && file.ino === ino;
}

/**
 * Calls `lost` once, when one of the files was removed or replaced. Where the kernel has no more watches to give,
 * nothing is noticed.
 */
export function watchFiles(files: readonly MadeFile[], lost: (path: string) => void): { close(): void } {
  const watchers: FSWatcher[] = [];
  const close = (): void => {
    for (const watcher of watchers.splice(0)) watcher.close();
  };
  const look = (): void => {
    const gone = files.find((file) => !isStillThere(file));
    if (gone === undefined || watchers.length === 0) return;
    close();
    lost(gone.path);
  };
  for (const folder of new Set(files.map(({ path }) => dirname(path)))) {
    try {
      watchers.push(watch(folder, { persistent: false }, look).on('error', look));
    } catch {
      // The other folders still tell.
    }
  }
  // What went before the watches stood.
  look();
  return { close };
}

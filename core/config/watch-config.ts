import { createHash } from 'node:crypto';
import { existsSync, type FSWatcher, realpathSync, watch } from 'node:fs';
import { basename, dirname } from 'node:path';
import type { ConfigSources } from './config-files.ts';
import { interpretSources, type ReadConfig, type ReadSources, readSources } from './read-config.ts';

/** Editors write in several steps. */
const settleMs = 100;
/** A writer that truncates first is caught between two steps now and then; an empty file is believed after these. */
const emptyReadings = 5;
/** Only where the kernel gives no more watches. */
const pollMs = 5000;

/**
 * Calls `onChange` with every new reading after a file or a drop-in changed, an invalid one included: the caller
 * decides to keep what it has. Start it before the first `readConfig`, so that no change falls between the two.
 */
export function watchConfig(sources: ConfigSources, onChange: (read: ReadConfig) => void): { close(): void } {
  let watchers: FSWatcher[] = [];
  let settling: NodeJS.Timeout | undefined;
  let polling: NodeJS.Timeout | undefined;
  let closed = false;
  let empty = 0;
  let seen: string | undefined;
  let turn: Promise<void> = Promise.resolve();

  const schedule = (): void => {
    if (closed) return;
    clearTimeout(settling);
    settling = setTimeout(() => {
      // Folders may have come or gone with this change.
      arm();
      turn = turn.then(reload, reload);
    }, settleMs);
  };

  const reload = async (): Promise<void> => {
    const read = await readSources(sources);
    if (read.texts.some((source) => source.text === '') && empty < emptyReadings) {
      empty += 1;
      schedule();
      return;
    }
    empty = 0;
    const print = fingerprint(read);
    if (closed || print === seen) return;
    seen = print;
    onChange(interpretSources(read));
  };

  const arm = (): void => {
    for (const watcher of watchers) watcher.close();
    watchers = [];
    if (closed) return;
    let blind = false;
    for (const [folder, wanted] of watchedFolders(sources)) {
      try {
        const watcher = watch(folder, { persistent: false }, (_event, name) => {
          if (name === null || wanted === 'all' || wanted.has(name)) schedule();
        });
        watcher.on('error', schedule);
        watchers.push(watcher);
      } catch {
        blind = true;
      }
    }
    clearInterval(polling);
    if (blind) polling = setInterval(schedule, pollMs).unref();
  };

  arm();
  return {
    close() {
      closed = true;
      clearTimeout(settling);
      clearInterval(polling);
      for (const watcher of watchers) watcher.close();
    },
  };
}

function fingerprint({ texts, errors }: ReadSources): string {
  return createHash('sha256')
    .update(JSON.stringify([texts, errors]))
    .digest('base64');
}

/**
 * Folders, not files: an editor that renames leaves a watch on the file it replaced. Of a folder that is not
 * there yet, the nearest one above that is, and in it only the name that leads to it.
 */
function watchedFolders({ file, dropIns }: ConfigSources): ReadonlyMap<string, 'all' | Set<string>> {
  const folders = new Map<string, 'all' | Set<string>>();
  const add = (folder: string, name: string): void => {
    if (!existsSync(folder)) {
      const above = dirname(folder);
      if (above !== folder) add(above, basename(folder));
      return;
    }
    const names = folders.get(folder) ?? new Set<string>();
    if (names !== 'all') folders.set(folder, names.add(name));
  };
  add(dirname(file), basename(file));
  try {
    const target = realpathSync(file);
    add(dirname(target), basename(target));
  } catch {
    // Not there yet: its folder is watched.
  }
  for (const folder of dropIns) {
    add(dirname(folder), basename(folder));
    if (existsSync(folder)) folders.set(folder, 'all');
  }
  return folders;
}

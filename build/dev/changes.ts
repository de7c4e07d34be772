import { type FSWatcher, watch } from 'node:fs';

const quiet = 200;

/** Calls `changed` once sources below `folders` have been quiet for a moment after a change. */
export function watchSources(folders: readonly string[], changed: () => void): () => void {
  let timer: NodeJS.Timeout | undefined;
  const heard = (_kind: string, file: string | null): void => {
    if (file === null || !/\.(?:tsx?|css|html|svg|png)$/.test(file)) return;
    clearTimeout(timer);
    timer = setTimeout(changed, quiet);
  };
  const watchers: readonly FSWatcher[] = folders.map((folder) => watch(folder, { recursive: true }, heard));
  return () => {
    clearTimeout(timer);
    for (const watcher of watchers) watcher.close();
  };
}

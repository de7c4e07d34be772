import { existsSync, readdirSync } from 'node:fs';
import { join, relative } from 'node:path';

export const repositoryRoot = join(import.meta.dirname, '../..');

export const sourceFolders = ['core', 'cli', 'client', 'demo', 'ipc', 'electron', 'renderer', 'build', 'test'] as const;

/** Every TypeScript file of the source folders and the root, relative to `root`, sorted. */
export function sourceFiles(root: string): readonly string[] {
  const atRoot = readdirSync(root).filter((name) => name.endsWith('.ts'));
  const inFolders = sourceFolders
    .filter((folder) => existsSync(join(root, folder)))
    .flatMap((folder) =>
      readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name))
        .map((entry) => relative(root, join(entry.parentPath, entry.name))),
    );
  return [...atRoot, ...inFolders].sort();
}

import { readdirSync } from 'node:fs';
import { join, relative } from 'node:path';

/** Every file below `folder`, with paths relative to it, sorted; links count as files and are not followed. */
export function filesBelow(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((found) => !found.isDirectory())
    .map((found) => relative(folder, join(found.parentPath, found.name)))
    .sort();
}

/** The files and every folder above them, up to and without the root. */
export function withFolders(files: readonly string[]): ReadonlySet<string> {
  const all = new Set<string>();
  for (const file of files) {
    const parts = file.split('/');
    for (let length = parts.length; length > 0; length -= 1) all.add(parts.slice(0, length).join('/'));
  }
  return all;
}

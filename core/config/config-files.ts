import { constants } from 'node:fs';
import { type FileHandle, open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { systemCodeOf } from '../errors.ts';
import type { ConfigError } from './config-error.ts';
import type { SourceText } from './interpret-config.ts';

export interface ConfigSources {
  readonly file: string;
  /** Folders whose `*.yaml` are read after it, in the order of their names. */
  readonly dropIns: readonly string[];
  /** Whose files are trusted, besides root's. */
  readonly uid: number;
}

export type FileRead =
  | { readonly kind: 'text'; readonly source: SourceText }
  | { readonly kind: 'missing' }
  | { readonly kind: 'invalid'; readonly error: ConfigError };

const largest = 4 * 1024 * 1024;

export function codeOf(error: unknown): string {
  return systemCodeOf(error, 'unknown error');
}

/** A path in a command people may paste. */
const quoted = (path: string): string => (/^[\w@%+=:,./-]+$/.test(path) ? path : `'${path.replaceAll("'", `'\\''`)}'`);

/** The files that make up the configuration, main file first. A folder that is not there has none. */
export async function configFiles(sources: ConfigSources): Promise<{
  readonly files: readonly string[];
  readonly errors: readonly ConfigError[];
}> {
  const files = [sources.file];
  const errors: ConfigError[] = [];
  for (const folder of sources.dropIns) {
    try {
      const names = await readdir(folder);
      const wanted = names.filter((name) => name.endsWith('.yaml') && !name.startsWith('.')).sort();
      files.push(...wanted.map((name) => join(folder, name)));
    } catch (error) {
      if (codeOf(error) === 'ENOENT') continue;
      errors.push({ file: folder, line: 0, path: '', message: `cannot be read (${codeOf(error)})`, fix: '' });
    }
  }
  return { files, errors };
}

export async function readSource(file: string, uid: number): Promise<FileRead> {
  const invalid = (message: string, fix: string): FileRead => ({
    kind: 'invalid',
    error: { file, line: 0, path: '', message, fix },
  });
  let handle: FileHandle;
  try {
    // A named pipe in its place must not hold the broker up.
    handle = await open(file, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    return codeOf(error) === 'ENOENT' ? { kind: 'missing' } : invalid(`cannot be read (${codeOf(error)})`, '');
  }
  try {
    // Asked of the open file, so that what was checked is what is read.
    const stat = await handle.stat();
    if (!stat.isFile()) return invalid('not a regular file', '');
    if (stat.uid !== uid && stat.uid !== 0) {
      return invalid(`belongs to another user (uid ${stat.uid})`, `run: sudo chown ${uid} ${quoted(file)}`);
    }
    if ((stat.mode & 0o022) !== 0) return invalid('others may write to it', `run: chmod go-w ${quoted(file)}`);
    if (stat.size > largest) return invalid('larger than 4 MiB', '');
    const bytes = await handle.readFile();
    const text = decode(bytes);
    return text === undefined
      ? invalid('not UTF-8 text', 'save it as UTF-8')
      : { kind: 'text', source: { file, text } };
  } finally {
    await handle.close();
  }
}

/** Without a byte order mark. */
function decode(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

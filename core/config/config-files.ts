import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { systemCodeOf } from '../errors.ts';
import { type OpenedFile, openTrusted, type PathProblem } from '../platform/trusted-path.ts';
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
  /** `path` leads to it without a link; `bytes` are those of the file, a byte order mark included. */
  | { readonly kind: 'text'; readonly source: SourceText; readonly path: string; readonly bytes: Buffer }
  | { readonly kind: 'missing' }
  | { readonly kind: 'invalid'; readonly error: ConfigError };

const largest = 4 * 1024 * 1024;

export function codeOf(error: unknown): string {
  return systemCodeOf(error, 'unknown error');
}

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
  let opened: OpenedFile;
  try {
    opened = await openTrusted(file, uid);
  } catch (error) {
    return invalid(`cannot be read (${codeOf(error)})`, '');
  }
  if (opened.kind === 'missing') return opened;
  if (opened.kind === 'refused') return invalid(refusalOf(file, opened.problem), opened.problem.fix);
  const { handle, path, found } = opened;
  try {
    if (found.size > largest) return invalid('larger than 4 MiB', '');
    const bytes = await handle.readFile();
    const text = decode(bytes);
    return text === undefined
      ? invalid('not UTF-8 text', 'save it as UTF-8')
      : { kind: 'text', source: { file, text }, path, bytes };
  } finally {
    await handle.close();
  }
}

/** The file is named in front of it. */
function refusalOf(file: string, { kind, path, owner, message }: PathProblem): string {
  if (path !== file) return message;
  switch (kind) {
    case 'owner':
      return `belongs to another user (uid ${owner})`;
    case 'mode':
      return 'others may write to it';
    case 'type':
      return 'not a regular file';
    case 'link':
    case 'links':
    case 'names':
      return message;
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

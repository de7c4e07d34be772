import { spawnSync } from 'node:child_process';
import type { Stats } from 'node:fs';
import { lstat, open, opendir } from 'node:fs/promises';
import { join } from 'node:path';
import { systemCodeOf } from '../../core/errors.ts';
import { usageFailure } from '../failure.ts';
import type { Environment } from '../output/colour.ts';

export interface Scanned {
  readonly file: string;
  readonly text: string;
}

/** Told of what is left out: files that are too large. */
export type Skipped = (file: string) => void;

/** Bytes. What is larger was made by a program. */
const largest = 1024 * 1024;
/** Folders of other people's files, and of git's own. */
const left: ReadonlySet<string> = new Set(['.git', 'node_modules']);

/** Texts of files and of all files below folders; links are not followed, and no binary file is a text. */
export async function* textsOf(paths: readonly string[], skipped: Skipped): AsyncGenerator<Scanned> {
  for (const path of paths) {
    const found = await lstat(path).catch((error: unknown) => {
      throw usageFailure(`${path} cannot be read (${systemCodeOf(error)})`, 'Name files and folders that are there.');
    });
    yield* below(path, found, skipped);
  }
}

async function* below(path: string, found: Stats, skipped: Skipped): AsyncGenerator<Scanned> {
  if (found.isDirectory()) {
    const names: string[] = [];
    for await (const { name } of await opendir(path)) if (!left.has(name)) names.push(name);
    for (const name of names.sort()) {
      const inner = join(path, name);
      const stats = await lstat(inner).catch(() => undefined);
      if (stats !== undefined) yield* below(inner, stats, skipped);
    }
  } else if (found.isFile()) {
    if (found.size > largest) return skipped(path);
    const text = await readText(path);
    if (text !== undefined) yield { file: path, text };
  }
}

/** Undefined where it is gone or closed to us, and for what is no text. */
async function readText(path: string): Promise<string | undefined> {
  try {
    await using file = await open(path, 'r');
    return textIn(await file.readFile());
  } catch {
    return undefined;
  }
}

/** As git tells them apart: a text has no NUL in its beginning. */
function textIn(bytes: Buffer): string | undefined {
  return bytes.subarray(0, 8_000).includes(0) ? undefined : bytes.toString('utf8');
}

/** `:OLD_MODE NEW_MODE OLD_ID NEW_ID STATUS`, of a regular file. */
const changed = /^:\d+ 100\d{3} [0-9a-f]+ ([0-9a-f]+) /;

/** Texts as the next commit will have them, of the files that it changes, below `paths` where there are any. */
export function* stagedTexts(paths: readonly string[], env: Environment, skipped: Skipped): Generator<Scanned> {
  const words = [
    'diff',
    '--cached',
    '--raw',
    '-z',
    '--no-abbrev',
    '--no-renames',
    '--diff-filter=ACMT',
    '--',
    ...paths,
  ];
  const fields = git(words, env).toString('utf8').split('\0');
  for (let at = 0; at + 1 < fields.length; at += 2) {
    const id = changed.exec(fields[at] ?? '')?.[1];
    const file = fields[at + 1] ?? '';
    if (id === undefined) continue;
    if (Number(git(['cat-file', '-s', id], env)) > largest) {
      skipped(file);
      continue;
    }
    const text = textIn(git(['cat-file', 'blob', id], env));
    if (text !== undefined) yield { file, text };
  }
}

/** Bytes that git may print: a list of files, or one file of the largest size. */
const mostPrinted = 64 * 1024 * 1024;

function git(args: readonly string[], env: Environment): Buffer {
  const { status, stdout, error } = spawnSync('git', args, {
    env: { ...env },
    stdio: ['ignore', 'pipe', 'ignore'],
    maxBuffer: mostPrinted,
  });
  if (error === undefined && status === 0) return stdout;
  throw usageFailure('git cannot tell what is staged', 'Run it inside a git repository.');
}

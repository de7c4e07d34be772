import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KeytrayError } from '../../errors.ts';
import { correctFile } from '../engine/words.ts';
import { bareEnvironment, type Environment, runGit } from './git-command.ts';
import { type GitEntry, listEntries, parseEntries } from './git-entries.ts';
import type { GitHost } from './git-host.ts';
import { type GitChange, isOurHelper, planGitSetup, wordsBehindOurs } from './git-plan.ts';

async function inFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'keytray-setup-'));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/**
 * Adds our sections at the very end: git calls helpers in the order it reads them, so ours has the last word, behind
 * every include. The real git reads a copy before and after; a file it would read otherwise is left alone.
 */
export function withOurValues(
  before: Buffer | undefined,
  options: {
    readonly hosts: readonly GitHost[];
    readonly helper: string;
    readonly env: Environment;
    readonly file: string;
    /** With what a person added to our lines. */
    readonly current: Buffer | undefined;
  },
): Promise<Buffer | undefined> {
  return inFolder(async (folder) => {
    const { file } = options;
    const copy = join(folder, 'gitconfig');
    const env = bareEnvironment(options.env);
    const read = async (bytes: Buffer): Promise<readonly GitEntry[] | undefined> => {
      await writeFile(copy, bytes, { mode: 0o600 });
      const { status, stdout } = await runGit(listing(copy), env);
      return status === 0 ? parseEntries(stdout) : undefined;
    };
    const entries = before === undefined ? [] : await read(before);
    if (entries === undefined) throw await unreadable(copy, env, file);
    const present = (key: string): readonly string[] =>
      entries.filter((entry) => sameKey(entry.key, key)).map((entry) => entry.value);
    const ours = options.current === undefined ? [] : ((await read(options.current)) ?? []);
    const added = (key: string): string =>
      ours.flatMap((entry) => (sameKey(entry.key, key) ? (wordsBehindOurs(entry.value) ?? []) : [])).at(-1) ?? '';
    const changes = planGitSetup({ hosts: options.hosts, helper: options.helper, present, added });
    if (changes.length === 0) return before;
    const wanted = [...entries.map(pairOf), ...changes.map(asBytes).map(pairOf)].join('\n');
    // A backslash at the end of the file would take our header into its value.
    for (const gap of before === undefined || before.length === 0 || before.at(-1) === 0x0a
      ? ['', '\n']
      : ['\n', '\n\n']) {
      const bytes = Buffer.concat([before ?? Buffer.alloc(0), Buffer.from(gap + sectionsOf(changes))]);
      const found = await read(bytes);
      if (found?.map(pairOf).join('\n') === wanted) return bytes;
    }
    throw new KeytrayError('misconfigured', `${file}: git would read what is added otherwise; nothing was changed`, {
      advice: 'Correct the end of the file, then set git up again.',
    });
  });
}

const listing = (copy: string): readonly string[] => [
  'config',
  '--file',
  copy,
  '--list',
  '-z',
  '--show-scope',
  '--show-origin',
];

const pairOf = ({ key, value }: Pick<GitEntry, 'key' | 'value'>): string => JSON.stringify([folded(key), value]);

/** git's own output is read as one character per byte. */
const asBytes = ({ key, value }: GitChange): GitChange => ({ key, value: Buffer.from(value).toString('latin1') });

/** As git writes it: a tab, and the characters escaped that it would read as its own. */
function sectionsOf(changes: readonly GitChange[]): string {
  const lines: string[] = [];
  let last = '';
  for (const { key, value } of changes) {
    const dot = key.lastIndexOf('.');
    const url = key.slice('credential.'.length, dot);
    if (url !== last) lines.push(`[credential "${url}"]`);
    last = url;
    const escaped = value.replace(/["\\]/g, '\\$&');
    lines.push(`\t${key.slice(dot + 1)} = ${/[;#]/.test(value) ? `"${escaped}"` : escaped}`);
  }
  return `${lines.join('\n')}\n`;
}

async function unreadable(copy: string, env: Environment, file: string): Promise<KeytrayError> {
  const { stderr } = await runGit(listing(copy), env);
  const line = /bad config line (\d+)/.exec(stderr)?.[1];
  const where = line === undefined ? file : `${file}:${line}`;
  return new KeytrayError('misconfigured', `${where}: git cannot read this file`, { advice: correctFile });
}

/** Git folds the case of a key's first and last part, not of what is between. */
function folded(key: string): string {
  const last = key.lastIndexOf('.');
  return key.slice(0, last) + key.slice(last).toLowerCase();
}

const sameKey = (left: string, right: string): boolean => folded(left) === folded(right);

/**
 * What git reads in a folder once our sections are at the end of the global file: in order, with every include in its
 * place.
 */
export async function entriesWith(
  file: string,
  hosts: readonly GitHost[],
  helper: string,
  env: Environment,
  folder: string,
): Promise<readonly GitEntry[]> {
  const now = (await listEntries(env, folder)).filter(({ key, value, origin }) => {
    return !(origin === file && /^credential\..*\.helper$/.test(key) && isOurHelper(value));
  });
  const changes = planGitSetup({ hosts, helper, present: () => [] });
  const ours = changes.map(({ key, value }) => ({ scope: 'global', origin: file, key: folded(key), value }));
  const later = now.findIndex((entry) => entry.scope !== 'system' && entry.scope !== 'global');
  const at = later >= 0 ? later : now.length;
  return [...now.slice(0, at), ...ours, ...now.slice(at)];
}

import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KeytrayError } from '../errors.ts';
import { bareEnvironment, type Environment, runGit } from './git-command.ts';
import { type GitEntry, listEntries } from './git-entries.ts';
import type { GitHost } from './git-host.ts';
import { type GitChange, planGitSetup } from './git-plan.ts';

async function inFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'keytray-setup-'));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Lets the real git, which keeps comments and layout, add our values to a copy. */
export function withOurValues(
  before: Buffer | undefined,
  options: {
    readonly hosts: readonly GitHost[];
    readonly helper: string;
    readonly env: Environment;
    readonly file: string;
  },
): Promise<Buffer | undefined> {
  return inFolder(async (folder) => {
    const copy = join(folder, 'gitconfig');
    const env = bareEnvironment(options.env);
    if (before !== undefined) {
      await writeFile(copy, before, { mode: 0o600 });
      await checkReadable(copy, env, options.file);
    }
    const entries = before === undefined ? [] : await listEntries(env, copy);
    const present = (key: string): readonly string[] =>
      entries.filter((entry) => sameKey(entry.key, key)).map((entry) => entry.value);
    const changes = planGitSetup({ hosts: options.hosts, helper: options.helper, present });
    if (changes.length === 0) return before;
    for (const change of changes) await add(copy, change, env, options.file);
    return readFile(copy);
  });
}

async function checkReadable(copy: string, env: Environment, file: string): Promise<void> {
  const { status, stderr } = await runGit(['config', '--file', copy, '--list'], env);
  if (status === 0) return;
  const line = /bad config line (\d+)/.exec(stderr)?.[1];
  const where = line === undefined ? file : `${file}:${line}`;
  throw new KeytrayError('misconfigured', `${where}: git cannot read this file; mend it first`);
}

/** Git folds the case of a key's first and last part, not of what is between. */
function sameKey(left: string, right: string): boolean {
  const folded = (key: string): string => {
    const last = key.lastIndexOf('.');
    return key.slice(0, last) + key.slice(last).toLowerCase();
  };
  return folded(left) === folded(right);
}

async function add(copy: string, change: GitChange, env: Environment, file: string): Promise<void> {
  const { status } = await runGit(['config', '--file', copy, '--add', change.key, change.value], env);
  if (status !== 0) throw new KeytrayError('misconfigured', `git cannot change ${file}: mend it first`);
}

/** A last line without its newline would be shown as changed once something follows it. */
function wholeLines(bytes: Buffer | undefined): Buffer {
  if (bytes === undefined || bytes.length === 0 || bytes.at(-1) === 10) return bytes ?? Buffer.alloc(0);
  return Buffer.concat([bytes, Buffer.from('\n')]);
}

/** What git would read, everywhere, once the global file holds these bytes. */
export async function entriesWith(
  file: string,
  bytes: Buffer | undefined,
  env: Environment,
): Promise<readonly GitEntry[]> {
  const chosen = env.GIT_CONFIG_GLOBAL === undefined ? env : { ...env, GIT_CONFIG_GLOBAL: file };
  const now = await listEntries(chosen);
  const ours = await inFolder(async (folder) => {
    const copy = join(folder, 'gitconfig');
    await writeFile(copy, bytes ?? '', { mode: 0o600 });
    return listEntries(bareEnvironment(env), copy);
  });
  const global = ours.map((entry) => ({ ...entry, scope: 'global', origin: file }));
  const first = now.findIndex((entry) => entry.origin === file);
  const later = now.findIndex((entry) => entry.scope !== 'system' && entry.scope !== 'global');
  const at = first >= 0 ? first : later >= 0 ? later : now.length;
  const others = (entry: GitEntry): boolean => entry.origin !== file;
  return [...now.slice(0, at).filter(others), ...global, ...now.slice(at).filter(others)];
}

/** Without context lines: they may hold secrets of others. */
export function unifiedDiff(
  file: string,
  before: Buffer | undefined,
  after: Buffer | undefined,
  env: Environment,
): Promise<string> {
  return inFolder(async (folder) => {
    const [left, right] = [join(folder, 'before'), join(folder, 'after')];
    await writeFile(left, wholeLines(before), { mode: 0o600 });
    await writeFile(right, wholeLines(after), { mode: 0o600 });
    const flags = ['--no-index', '--no-color', '--no-ext-diff', '--text', '-U0'];
    const { stdout } = await runGit(['diff', ...flags, '--', left, right], bareEnvironment(env));
    const hunks = Buffer.from(stdout, 'latin1').toString('utf8').split('\n');
    const first = hunks.findIndex((line) => line.startsWith('@@'));
    if (first < 0) return '';
    const body = hunks.slice(first).map((line) => line.replace(/^(@@ .*? @@).*$/, '$1'));
    const name = (bytes: Buffer | undefined): string => (bytes === undefined ? '/dev/null' : file);
    return [`--- ${name(before)}`, `+++ ${name(after)}`, ...body].join('\n');
  });
}

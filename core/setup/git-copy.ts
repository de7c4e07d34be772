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

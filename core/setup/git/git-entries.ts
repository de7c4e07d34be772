import { resolve } from 'node:path';
import { type Environment, runGit } from './git-command.ts';

/** One value of git's configuration and where it was read, in the order git reads. */
export interface GitEntry {
  /** `system`, `global`, `command`, … */
  readonly scope: string;
  readonly origin: string;
  readonly key: string;
  readonly value: string;
}

/** The output of `git config --list -z --show-scope --show-origin`. */
export function parseEntries(output: string): readonly GitEntry[] {
  const fields = output.split('\0');
  const entries: GitEntry[] = [];
  for (let index = 0; index + 2 < fields.length; index += 3) {
    const [scope = '', origin = '', pair = ''] = fields.slice(index, index + 3);
    const newline = pair.indexOf('\n');
    // A key without a value is a boolean that is true.
    const key = newline < 0 ? pair : pair.slice(0, newline);
    const value = newline < 0 ? 'true' : pair.slice(newline + 1);
    entries.push({ scope, origin: origin.replace(/^file:/, ''), key, value });
  }
  return entries;
}

/** What git reads in a folder: with the configuration of its repository, if it is in one that git trusts. */
export async function listEntries(env: Environment, folder?: string): Promise<readonly GitEntry[]> {
  const there = folder === undefined ? [] : ['-C', folder];
  const { status, stdout } = await runGit([...there, 'config', '--list', '-z', '--show-scope', '--show-origin'], env);
  if (folder === undefined) return parseEntries(stdout);
  if (status !== 0) return await listEntries(env);
  return parseEntries(stdout).map((entry) =>
    entry.scope === 'local' || entry.scope === 'worktree' ? { ...entry, origin: resolve(folder, entry.origin) } : entry,
  );
}

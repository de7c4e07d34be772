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

export async function listEntries(env: Environment, file?: string): Promise<readonly GitEntry[]> {
  const from = file === undefined ? [] : ['--file', file];
  const { stdout } = await runGit(['config', ...from, '--list', '-z', '--show-scope', '--show-origin'], env);
  return parseEntries(stdout);
}

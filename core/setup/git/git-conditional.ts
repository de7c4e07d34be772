import { homedir } from 'node:os';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { bareEnvironment, type Environment, runGit } from './git-command.ts';
import { type GitEntry, listEntries, parseEntries } from './git-entries.ts';

/** What one `[includeIf "CONDITION"]` would add where its condition holds. */
export interface ConditionalEntry extends GitEntry {
  readonly condition: string;
}

const conditionOf = (key: string): string | undefined => /^includeif\.(.*)\.path$/s.exec(key)?.[1];

/** Beyond these nothing is followed: conditions may include each other in a circle. */
const mostFiles = 100;

/** git expands a leading tilde, and takes another path from the folder of the file that names it. */
function includedFile(path: string, origin: string, env: Environment): string {
  if (path.startsWith('~/')) return join(env.HOME ?? homedir(), path.slice(2));
  return isAbsolute(path) ? path : resolve(dirname(origin), path);
}

/**
 * The entries of every file that git includes under a condition, whether or not it holds where we are: each file is
 * read by git itself, with what it includes in turn.
 */
export async function conditionalEntries(env: Environment): Promise<readonly ConditionalEntry[]> {
  const found: ConditionalEntry[] = [];
  const seen = new Set<string>();
  let files = (await listEntries(env)).flatMap((entry) => next(entry, '', env));
  while (files.length > 0 && seen.size < mostFiles) {
    const [first, ...rest] = files;
    files = rest;
    if (first === undefined || seen.has(first.file)) continue;
    seen.add(first.file);
    const args = ['config', '--file', first.file, '--includes', '--list', '-z', '--show-scope', '--show-origin'];
    const { status, stdout } = await runGit(args, { ...bareEnvironment(env), HOME: env.HOME });
    if (status !== 0) continue;
    const entries = parseEntries(stdout);
    found.push(...entries.map((entry) => ({ ...entry, condition: first.condition })));
    files.push(...entries.flatMap((entry) => next(entry, first.condition, env)));
  }
  return found;
}

function next(
  entry: GitEntry,
  outer: string,
  env: Environment,
): readonly { readonly condition: string; readonly file: string }[] {
  const condition = conditionOf(entry.key);
  if (condition === undefined) return [];
  const file = includedFile(entry.value, entry.origin, env);
  return [{ condition: outer === '' ? condition : `${outer}, ${condition}`, file }];
}

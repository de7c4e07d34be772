import { accessSync, constants } from 'node:fs';
import { unifiedDiff } from '../engine/diff.ts';
import { same } from '../engine/locked-file.ts';
import { type ManagedFile, type Outcome, settleFile } from '../engine/managed-file.ts';
import { maskFor } from '../engine/masked-line.ts';
import { Records } from '../engine/record.ts';
import { conditionalEntries } from './git-conditional.ts';
import { globalConfigFile } from './git-config-file.ts';
import { entriesWith, withOurValues } from './git-copy.ts';
import { conditionalProblems, foreignHeaders, foreignHelpers, laterResets, rewrittenAddresses } from './git-foreign.ts';
import type { GitHost } from './git-host.ts';
import { withoutOwnLines } from './git-own-lines.ts';
import { helperWord, portlessUrls, sectionUrls } from './git-plan.ts';

export type { GitHost } from './git-host.ts';

export interface SetupOptions {
  readonly hosts: readonly GitHost[];
  /** Absolute path of `git-credential-keytray`. */
  readonly helper: string;
  readonly stateFolder: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Its repository's configuration is read after the person's own. */
  readonly cwd: string;
  readonly undo: boolean;
  readonly dryRun: boolean;
  /** As in `How`. */
  readonly look?: boolean;
}

export interface SetupReport {
  /** With `dryRun`, `changed` means: would change. */
  readonly kind: 'changed' | 'unchanged';
  readonly file: string;
  /** Unified diff of the file; empty when unchanged. */
  readonly diff: string;
  /** For people, in order. */
  readonly lines: readonly string[];
  readonly warnings: readonly string[];
  /** Our helper is not there, or git never asks it. */
  readonly blocked: boolean;
}

/**
 * Makes git ask Keytray for the hosts, or with `undo` no more. Hosts no account lists any more go. Rejects with a
 * `KeytrayError` where git is missing or the file cannot be read or written.
 */
export async function setupGit(options: SetupOptions): Promise<SetupReport> {
  const { env, hosts, helper } = options;
  const file = globalConfigFile(env);
  // What a person added to our section stays when it is written anew; of the hosts that need the path we write it.
  const plain = new Set([...hosts.filter(({ ambiguous }) => !ambiguous).flatMap(sectionUrls), ...portlessUrls(hosts)]);
  const keepsPath = (section: string): boolean => !options.undo && plain.has(section.slice('credential.'.length));
  const managed: ManagedFile = {
    path: file,
    planned: true,
    newMode: 0o644,
    edit: (base, current) => withOurValues(base, { hosts, helper, env, file, current }),
    // One character per byte: the file need not be UTF-8.
    clean: (current) => Buffer.from(withoutOwnLines(current.toString('latin1'), keepsPath), 'latin1'),
  };
  const outcome = await settleFile(managed, new Records(options.stateFolder, 'git'), options);
  const changed = !same(outcome.before, outcome.after);
  const mask = maskFor([helperWord(helper), ...hosts.map(({ host }) => host)]);
  return {
    kind: changed ? 'changed' : 'unchanged',
    file,
    diff: changed ? unifiedDiff(file, outcome.before?.toString(), outcome.after?.toString(), mask) : '',
    lines: options.undo ? undoLines(file, outcome, changed, options) : setupLines(file, changed, options),
    ...(options.undo ? { warnings: [], blocked: false } : await heed(options, file)),
  };
}

async function heed(options: SetupOptions, file: string): Promise<Pick<SetupReport, 'warnings' | 'blocked'>> {
  const obstacles: string[] = [];
  try {
    accessSync(options.helper, constants.X_OK);
  } catch {
    obstacles.push(`${options.helper} is not there or cannot be run: git would go on without Keytray`);
  }
  const entries = await entriesWith(file, options.hosts, options.helper, options.env, options.cwd);
  for (const problems of [laterResets, foreignHeaders, rewrittenAddresses]) {
    obstacles.push(...problems(entries, options.hosts, options.helper));
  }
  const conditional = conditionalProblems(await conditionalEntries(options.env), options.hosts);
  const warnings = [...obstacles, ...foreignHelpers(entries, options.hosts, options.helper), ...conditional];
  return { warnings, blocked: obstacles.length > 0 };
}

function setupLines(file: string, changed: boolean, options: SetupOptions): readonly string[] {
  const { hosts, dryRun } = options;
  if (hosts.length === 0) {
    return ['No account lists a git host: write `git: [HOST]` in the configuration, then run this again.'];
  }
  const names = hosts.map(({ host }) => host).join(', ');
  const shared = hosts.filter((host) => host.ambiguous).map(({ host }) => host);
  const verb = dryRun ? 'would ask' : 'asks';
  const state = changed ? '' : ' already';
  return [
    `git ${changed ? verb : 'asks'} Keytray${state} for ${names} (${file}).`,
    ...(shared.length === 0
      ? []
      : [`Several accounts serve ${shared.join(', ')}: git sends the path, so that the right one answers.`]),
    ...(changed && !dryRun ? ['To take it back: keytray setup git --undo'] : []),
  ];
}

function undoLines(file: string, outcome: Outcome, changed: boolean, options: SetupOptions): readonly string[] {
  if (!changed) return [`Nothing of Keytray is in ${file}.`];
  const would = options.dryRun ? 'would be' : 'is';
  if (!outcome.exact)
    return [`${file} was changed since: only the lines of Keytray ${options.dryRun ? 'would be' : 'were'} removed.`];
  return [
    outcome.after === undefined
      ? `${file} ${would} gone again, as before.`
      : `${file} ${would} as it was, byte for byte.`,
  ];
}

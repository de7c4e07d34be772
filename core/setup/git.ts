import { accessSync, constants } from 'node:fs';
import { globalConfigFile, realFile } from './git-config-file.ts';
import { entriesWith, unifiedDiff, withOurValues } from './git-copy.ts';
import { foreignHelpers } from './git-foreign.ts';
import type { GitHost } from './git-host.ts';
import { withoutOwnLines } from './git-own-lines.ts';
import { digest, readRecord, removeRecord, writeRecord } from './git-record.ts';
import { changeLocked, readIfThere, same } from './locked-file.ts';

export type { GitHost } from './git-host.ts';

export interface SetupOptions {
  readonly hosts: readonly GitHost[];
  /** Absolute path of `git-credential-keytray`. */
  readonly helper: string;
  readonly stateFolder: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly undo: boolean;
  readonly dryRun: boolean;
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
}

interface Outcome {
  readonly before: Buffer | undefined;
  readonly after: Buffer | undefined;
  /** Undo found the file as we left it, so that it is put back byte for byte. */
  readonly exact: boolean;
}

/**
 * Makes git ask Keytray for the hosts, or with `undo` no more. Every run starts from the file without us, so
 * that it can be repeated, and hosts no account lists any more go. Rejects with a `KeytrayError` where git is
 * missing or the file cannot be read or written.
 */
export async function setupGit(options: SetupOptions): Promise<SetupReport> {
  const file = globalConfigFile(options.env);
  const target = await realFile(file);
  const outcome = await (options.dryRun ? preview(options, target) : apply(options, target));
  const changed = !same(outcome.before, outcome.after);
  return {
    kind: changed ? 'changed' : 'unchanged',
    file,
    diff: changed ? await unifiedDiff(file, outcome.before, outcome.after, options.env) : '',
    lines: options.undo ? undoLines(file, outcome, changed, options) : setupLines(file, changed, options),
    warnings: options.undo ? [] : await warningsFor(options, file, outcome.after),
  };
}

async function judge(
  options: SetupOptions,
  target: string,
  current: Buffer | undefined,
): Promise<Outcome & { readonly base: Buffer | undefined }> {
  const record = await readRecord(options.stateFolder, target);
  const exact = record !== undefined && record.after === digest(current);
  const base = exact ? record.before : current && Buffer.from(withoutOwnLines(current.toString('latin1')), 'latin1');
  const after = options.undo
    ? base
    : await withOurValues(base, { hosts: options.hosts, helper: options.helper, env: options.env, file: target });
  return { before: current, after, exact, base };
}

async function preview(options: SetupOptions, target: string): Promise<Outcome> {
  return judge(options, target, await readIfThere(target));
}

async function apply(options: SetupOptions, target: string): Promise<Outcome> {
  let outcome: Outcome = { before: undefined, after: undefined, exact: false };
  await changeLocked(target, async (current) => {
    const judged = await judge(options, target, current);
    outcome = judged;
    // Before the file: if we die in between, the file is as it was and the record does not match it.
    const ours = !options.undo && !same(judged.base, judged.after);
    if (ours && !same(current, judged.after)) {
      await writeRecord(options.stateFolder, target, { before: judged.base, after: digest(judged.after) });
    }
    return { bytes: judged.after };
  });
  if (options.undo) await removeRecord(options.stateFolder, target);
  return outcome;
}

async function warningsFor(options: SetupOptions, file: string, after: Buffer | undefined): Promise<readonly string[]> {
  const warnings: string[] = [];
  try {
    accessSync(options.helper, constants.X_OK);
  } catch {
    warnings.push(`${options.helper} is not there or cannot be run: git would go on without Keytray`);
  }
  warnings.push(...foreignHelpers(await entriesWith(file, after, options.env), options.hosts));
  return warnings;
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

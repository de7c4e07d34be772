import { basename } from 'node:path';
import { KeytrayError } from '../../errors.ts';
import { unifiedDiff } from './diff.ts';
import { type LinkOutcome, settleLink, undoLink } from './link.ts';
import { realFile, same } from './locked-file.ts';
import { type How, type ManagedFile, type Outcome, settleFile } from './managed-file.ts';
import type { Mask } from './masked-line.ts';
import type { RecordedFile, Records } from './record.ts';
import type { PlannedFile, PlannedLink, PlannedTexts, SetupContext, Tool } from './tool.ts';
import { correctFile } from './words.ts';

export interface FileChange {
  readonly file: string;
  /** Unified diff without context lines. */
  readonly diff: string;
}

export interface ToolReport {
  readonly tool: string;
  /** On a dry run: whether something would change. */
  readonly changed: boolean;
  /** Every file and link that changes. */
  readonly files: readonly FileChange[];
  /** For people, in order. */
  readonly lines: readonly string[];
  readonly warnings: readonly string[];
  /** Something answers in our place, or keeps us from being asked: it is among the warnings. */
  readonly blocked: boolean;
}

/** What a run did or would do. */
export interface Run {
  readonly files: readonly Outcome[];
  readonly links: readonly LinkOutcome[];
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function textOf(bytes: Buffer | undefined, path: string): string | undefined {
  if (bytes === undefined) return undefined;
  try {
    return utf8.decode(bytes);
  } catch {
    throw new KeytrayError('misconfigured', `${path} is not UTF-8 text; nothing was changed`, { advice: correctFile });
  }
}

const bytesOf = (text: string | undefined): Buffer | undefined => (text === undefined ? undefined : Buffer.from(text));

/** What a tool's file holds may be or become a secret, so a new one is for its owner alone. */
const newMode = 0o600;

function managed(tool: Tool, { path, edit }: PlannedFile, planned = true): ManagedFile {
  return {
    path,
    planned,
    newMode,
    edit: (base, current) => bytesOf(edit(textOf(base, path), textOf(current, path))),
    clean: (current, known) => {
      const before = known === undefined ? undefined : { before: known.before?.toString() };
      return bytesOf(tool.clean(textOf(current, path) ?? '', before, path));
    },
  };
}

/** Remembered files that are not among the planned ones. */
async function others(
  records: Records,
  planned: readonly { readonly path: string }[],
): Promise<readonly RecordedFile[]> {
  const paths = new Set(planned.map(({ path }) => realFile(path)));
  return (await records.files()).filter(({ file }) => !paths.has(file));
}

async function settleAll(
  tool: Tool,
  files: readonly PlannedFile[],
  links: readonly PlannedLink[],
  context: SetupContext,
  records: Records,
  how: How,
): Promise<Run> {
  const stale = tool.ownsItsFiles === true ? (await others(records, files)).filter(({ kind }) => kind === 'file') : [];
  const outcomes: Outcome[] = [];
  for (const file of files) outcomes.push(await settleFile(managed(tool, file), records, how));
  for (const { file } of stale) outcomes.push(await undoFile(tool, file, records, how, couldName(tool, file, context)));
  const linked: LinkOutcome[] = [];
  for (const link of links) linked.push(await settleLink(link, records, how));
  return { files: outcomes, links: linked };
}

const couldName = (tool: Tool, file: string, context: SetupContext): boolean =>
  tool.couldName?.(file, context) === true;

function undoFile(tool: Tool, path: string, records: Records, how: How, planned = true): Promise<Outcome> {
  return settleFile(managed(tool, { path, edit: (text) => text }, planned), records, { ...how, undo: true });
}

async function undoAll(
  tool: Tool,
  files: readonly PlannedFile[],
  links: readonly PlannedLink[],
  context: SetupContext,
  records: Records,
  how: How,
): Promise<Run> {
  const remembered = await records.files();
  const fileOutcomes: Outcome[] = [];
  for (const { path } of files) fileOutcomes.push(await undoFile(tool, path, records, how));
  const rest = how.dryRun ? await others(records, files) : await records.files();
  for (const { file, kind } of rest) {
    if (kind === 'file') fileOutcomes.push(await undoFile(tool, file, records, how, couldName(tool, file, context)));
  }
  const named = (file: string): boolean => tool.linked === basename(file);
  const paths = remembered.filter(({ kind, file }) => kind === 'link' && named(file)).map(({ file }) => file);
  const linked: LinkOutcome[] = [];
  for (const path of new Set([...links.map((link) => link.path), ...paths])) {
    linked.push(await undoLink(path, records, how));
  }
  return { files: fileOutcomes, links: linked };
}

/** Sets a tool up or takes it back. Looks at everything first, so that what cannot be done leaves nothing half done. */
export async function runTool(
  tool: Tool,
  context: SetupContext,
  records: Records,
  how: How,
): Promise<{ readonly run: Run; readonly texts: PlannedTexts }> {
  const { files, links } = tool.plan(context);
  const all = (now: How): Promise<Run> =>
    how.undo
      ? undoAll(tool, files, links, context, records, now)
      : settleAll(tool, files, links, context, records, now);
  const preview = await all({ ...how, dryRun: true });
  const run = how.dryRun ? preview : await all(how);
  const base = new Map<string, string | undefined>();
  for (const { path } of files) {
    const without = await undoFile(tool, path, records, { undo: true, dryRun: true, look: true });
    base.set(path, without.after?.toString());
  }
  const after = new Map(run.files.map((outcome) => [outcome.path, outcome.after?.toString()]));
  return { run, texts: { before: (path) => base.get(path), after: (path) => after.get(path) } };
}

export function changesOf({ files, links }: Run, mask: Mask): readonly FileChange[] {
  const changed = files.filter(({ before, after }) => !same(before, after));
  const relinked = links.filter(({ before, after }) => before !== after);
  const arrow = (target: string | undefined): string | undefined => (target === undefined ? undefined : `-> ${target}`);
  return [
    ...changed.map(({ path, before, after }) => ({
      file: path,
      diff: unifiedDiff(path, before?.toString(), after?.toString(), mask),
    })),
    ...relinked.map(({ path, before, after }) => ({
      file: path,
      diff: unifiedDiff(path, arrow(before), arrow(after), (line) => line),
    })),
  ];
}

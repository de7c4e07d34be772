import { join } from 'node:path';
import { stateFolder } from '../config/paths.ts';
import { KeytrayError } from '../errors.ts';
import { type ToolFamily, toolFamilies } from '../services/shapes.ts';
import { aws, profilesOf } from './aws/aws.ts';
import { bazel } from './bazel/bazel.ts';
import { cargo } from './cargo/cargo.ts';
import { docker } from './docker/docker.ts';
import { curl, mail, maven, postgres } from './engine/by-hand.ts';
import { contextOf, type ToolSetupOptions } from './engine/context.ts';
import { helperNames, helperProblem } from './engine/helper-programs.ts';
import type { How } from './engine/managed-file.ts';
import { maskFor } from './engine/masked-line.ts';
import { Records } from './engine/record.ts';
import { type PlannedTexts, type SetupContext, servedTo, type Tool, type ToolPlan } from './engine/tool.ts';
import { changesOf, runTool, type ToolReport } from './engine/tool-run.ts';
import { list } from './engine/words.ts';
import { setupGit } from './git/git.ts';
import { gitHosts } from './git/git-hosts.ts';
import { go } from './go/go.ts';
import { google } from './google/google.ts';
import { kubernetes } from './kubernetes/kubernetes.ts';
import { npm } from './npm/npm.ts';
import { pip } from './pip/pip.ts';
import { terraform } from './terraform/terraform.ts';

export type { ToolSetupOptions } from './engine/context.ts';
export type { ToolReport } from './engine/tool-run.ts';

/** Every tool Keytray can be set up for, by the name of its family in the configuration. */
export const toolNames = toolFamilies;
export type ToolName = ToolFamily;

/** All but git, whose own program changes its configuration. */
export const tools: ReadonlyMap<ToolName, Tool> = new Map(
  [docker, kubernetes, aws, cargo, pip, npm, bazel, terraform, go, google, postgres, curl, maven, mail].map((tool) => [
    tool.name,
    tool,
  ]),
);

/** What `applyTool` would do, without doing it; with `undo`, what `undoTool` would. Rejects with a `KeytrayError`. */
export function planTool(tool: ToolName, options: ToolSetupOptions, undo = false): Promise<ToolReport> {
  return run(tool, options, { undo, dryRun: true });
}

/** The same for a listing: whether the files could be written does not count. */
export function lookAtTool(tool: ToolName, options: ToolSetupOptions, undo = false): Promise<ToolReport> {
  return run(tool, options, { undo, dryRun: true, look: true });
}

/** Makes a tool ask Keytray for what the accounts serve. Can be repeated. Rejects with a `KeytrayError`. */
export function applyTool(tool: ToolName, options: ToolSetupOptions): Promise<ToolReport> {
  return run(tool, options, { undo: false, dryRun: false });
}

/** Puts back what was there: byte for byte, or only our lines where it was changed since. */
export function undoTool(tool: ToolName, options: ToolSetupOptions): Promise<ToolReport> {
  return run(tool, options, { undo: true, dryRun: false });
}

async function run(name: ToolName, options: ToolSetupOptions, how: How): Promise<ToolReport> {
  const tool = tools.get(name);
  if (tool === undefined) return runGit(options, how);
  const context = contextOf(options);
  const records = new Records(stateFolder(options.env), name);
  const { run: done, texts } = await runTool(tool, context, records, how);
  const files = changesOf(done, maskFor(ourWords(context)));
  const report = { tool: name, changed: files.length > 0, files };
  if (how.undo) return { ...report, lines: undoLines(tool, done.files, report, how), warnings: [], blocked: false };
  const plan = tool.plan(context);
  const obstacles = [...helperProblem(name, context), ...plan.obstacles(texts)];
  return {
    ...report,
    lines: [...(isInPlace(tool, plan, texts) ? setupLines(tool, context, report, how) : []), ...plan.lines(texts)],
    warnings: [...obstacles, ...plan.warnings(texts)],
    blocked: obstacles.length > 0,
  };
}

async function runGit(options: ToolSetupOptions, how: How): Promise<ToolReport> {
  const { accounts, env, programs } = options;
  const report = await setupGit({
    cwd: options.cwd ?? process.cwd(),
    hosts: how.undo ? [] : gitHosts(accounts),
    helper: join(programs.bin, 'git-credential-keytray'),
    stateFolder: stateFolder(env),
    env,
    ...how,
  });
  const changed = report.kind === 'changed';
  const { file, diff, lines, warnings, blocked } = report;
  return { tool: 'git', changed, files: changed ? [{ file, diff }] : [], lines, warnings, blocked };
}

/** What set-up writes into any tool's file is made of these. */
function ourWords({ accounts, programs }: Pick<ToolSetupOptions, 'accounts' | 'programs'>): readonly string[] {
  const named = accounts.flatMap(({ id, serves }) => [id, `keytray-${id}`, ...Object.values(serves).flat()]);
  const roles = profilesOf(accounts).map(({ name }) => name);
  const helpers = helperNames.flatMap((name) => [name, name.replace(/^.*-(?=keytray$)/, '')]);
  return [programs.bin, programs.libexec, ...helpers, ...named, ...roles];
}

type Changes = Pick<ToolReport, 'changed' | 'files'>;

/** Whether anything of ours is, or will be, in what was planned. */
function isInPlace(tool: Tool, { files }: ToolPlan, texts: PlannedTexts): boolean {
  if (tool.byHand === true) return false;
  return tool.writesCommonWords === true || files.some(({ path }) => texts.before(path) !== texts.after(path));
}

function setupLines(
  { title, name }: Tool,
  { accounts }: SetupContext,
  { changed, files }: Changes,
  { dryRun }: How,
): readonly string[] {
  const hosts = list([...new Set(accounts.flatMap((account) => servedTo(name, account)))]);
  if (!changed) return [`${title} asks Keytray already for ${hosts}.`];
  const verb = dryRun ? 'would ask' : 'asks';
  const line = `${title} ${verb} Keytray for ${hosts} (${list(files.map(({ file }) => file))}).`;
  return dryRun ? [line] : [line, `To take it back: keytray setup ${name} --undo`];
}

function undoLines(
  { title }: Tool,
  outcomes: readonly { readonly path: string; readonly exact: boolean; readonly after: Buffer | undefined }[],
  { changed, files }: Changes,
  { dryRun }: How,
): readonly string[] {
  if (!changed) return [`Nothing of Keytray is in the configuration of ${title}.`];
  return files.map(({ file }) => {
    const outcome = outcomes.find(({ path }) => path === file);
    const would = dryRun ? 'would be' : 'is';
    if (outcome === undefined || outcome.after === undefined) return `${file} ${would} gone again, as before.`;
    if (outcome.exact) return `${file} ${would} as it was, byte for byte.`;
    return `${file} was changed since: only what is Keytray's ${dryRun ? 'would be' : 'was'} removed.`;
  });
}

/** The tool a person named. */
export function toolNamed(name: string): ToolName {
  const found = toolNames.find((tool) => tool === name);
  if (found === undefined)
    throw new KeytrayError('invalid_request', `there is no set-up for ${name}`, {
      advice: `There is one for ${toolNames.join(', ')}.`,
    });
  return found;
}

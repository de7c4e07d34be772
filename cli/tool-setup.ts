import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { configFile } from '../core/config/paths.ts';
import { failures, KeytrayError } from '../core/errors.ts';
import { servedTo } from '../core/setup/engine/tool.ts';
import type { AccountStates } from '../core/setup/engine/tool-states.ts';
import type { ToolName, ToolReport, ToolSetupOptions } from '../core/setup/tools.ts';
import { printable as withoutUnseen } from '../core/untrusted/plain-text.ts';
import type { Cli } from './cli.ts';
import { loadConfig, resolveConfigured } from './configuration.ts';
import { CommandFailure, usageFailure } from './failure.ts';
import { launcher, programFolders } from './installation.ts';

export interface SetupCommandOptions {
  readonly undo: boolean;
  readonly dryRun: boolean;
  readonly link?: string | undefined;
}

/** What the set-up of a tool needs: the accounts of the configuration, and where our programs are. */
export async function setupOptions(cli: Cli, link?: string): Promise<ToolSetupOptions> {
  const config = await loadConfig(cli.env);
  const accounts = await Promise.all([...config.accounts.keys()].map((id) => resolveConfigured(config, id)));
  return {
    accounts,
    env: cli.env,
    programs: programFolders(),
    linkFolder: link === undefined ? undefined : resolve(link),
  };
}

/** Undoing needs no account to be left, nor a configuration that can be read. */
function undoOptions(cli: Cli): ToolSetupOptions {
  return { accounts: [], env: cli.env, programs: programFolders() };
}

/** Changes a tool's own configuration, or says what it would change. */
export async function setUpTool(cli: Cli, tool: ToolName, options: SetupCommandOptions): Promise<ToolReport> {
  try {
    return await run(cli, tool, options);
  } catch (error) {
    if (!(error instanceof KeytrayError)) throw error;
    // What is wrong is the tool's file and not ours: what there is to do for a failure in general does not fit.
    const again = `keytray setup ${tool}${options.undo ? ' --undo' : ''}`;
    throw new CommandFailure(failures[error.code].exit, error.message, curedBy(error.advice, again));
  }
}

/** Most advice about a tool's file ends with the set-up itself. */
function curedBy(advice: string | undefined, again: string): string {
  if (advice === undefined) return `Then run it again: ${again}`;
  return / again\.$/.test(advice) ? `${advice.slice(0, -1)}: ${again}` : `${advice} Then run it again: ${again}`;
}

async function run(cli: Cli, tool: ToolName, options: SetupCommandOptions): Promise<ToolReport> {
  const { applyTool, planTool, undoTool } = await import('../core/setup/tools.ts');
  if (options.undo) {
    const how = undoOptions(cli);
    return await (options.dryRun ? planTool(tool, how, true) : undoTool(tool, how));
  }
  const how = await setupOptions(cli, options.link);
  if (!how.accounts.some((account) => servedTo(tool, account).length > 0)) throw nobodyServes(cli, tool);
  if (!existsSync(launcher('keytray'))) {
    throw new CommandFailure(1, `${launcher('keytray')} is not there`, 'Build Keytray first: npm run build');
  }
  return await (options.dryRun ? planTool(tool, how) : applyTool(tool, how));
}

function nobodyServes(cli: Cli, tool: ToolName): CommandFailure {
  const what = tool === 'aws' ? 'ROLE_ARN' : tool === 'google' ? 'AUDIENCE' : 'HOST';
  const add = `keytray accounts add SERVICE --${tool} ${what}`;
  return usageFailure(
    `no account serves ${tool}`,
    `Write ${tool}: [${what}] below an account in ${configFile(cli.env)}, or: ${add}`,
  );
}

/** What people read about a set-up: what was done, the difference where nothing was touched, and what to heed. */
export function showReport(cli: Cli, report: ToolReport, options: SetupCommandOptions): void {
  for (const line of report.lines) cli.out.write(`${withoutUnseen(line)}\n`);
  if (options.dryRun) for (const { diff } of report.files) cli.out.write(diff);
  // They name what stands in files of projects, which anybody may have written.
  for (const warning of report.warnings) cli.err.write(`keytray: ${withoutUnseen(warning)}\n`);
}

/** How the accounts are, by the broker that runs; undefined where none does. */
export async function accountStates(cli: Cli): Promise<AccountStates> {
  try {
    const accounts = await (await cli.broker()).accounts();
    return new Map(accounts.map(({ account, state }) => [account, state]));
  } catch {
    return undefined;
  }
}

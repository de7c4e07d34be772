import { accessSync, constants, existsSync } from 'node:fs';
import { join } from 'node:path';
import type { GitHost, SetupReport } from '../core/setup/git.ts';
import type { Cli } from './cli.ts';
import { loadConfig, resolveConfigured } from './configuration.ts';
import { CommandFailure, usageFailure } from './failure.ts';
import { gitHosts } from './git-hosts.ts';
import { launcher } from './installation.ts';
import type { Environment } from './output/colour.ts';

/** Tools Keytray can be set up for. */
export const tools = ['git'] as const;
export type Tool = (typeof tools)[number];

export interface ToolSetupOptions {
  readonly undo: boolean;
  readonly dryRun: boolean;
}

/** The hosts the configured accounts serve. */
export async function configuredGitHosts(cli: Cli): Promise<readonly GitHost[]> {
  const config = await loadConfig(cli.env);
  return gitHosts(await Promise.all([...config.accounts.keys()].map((id) => resolveConfigured(config, id))));
}

/** Whether the tool is on PATH. */
export function isInstalled(tool: Tool, env: Environment): boolean {
  const folders = (env.PATH ?? '').split(':').filter((folder) => folder !== '');
  return folders.some((folder) => {
    try {
      accessSync(join(folder, tool), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

function helperFile(): string {
  const file = launcher('git-credential-keytray');
  if (existsSync(file)) return file;
  throw new CommandFailure(1, `${file} is not there`, 'Build Keytray first: npm run build');
}

/** Changes git's own configuration, or says what it would change. Undoing needs no account to be left. */
async function setUpGit(cli: Cli, options: ToolSetupOptions): Promise<SetupReport> {
  if (!isInstalled('git', cli.env)) throw usageFailure('git is not on PATH', 'Install git, then: keytray setup git');
  const hosts = options.undo ? [] : await configuredGitHosts(cli);
  if (!options.undo && hosts.length === 0) {
    throw usageFailure('no account serves git', 'Give an account its hosts: keytray accounts add SERVICE --git HOST');
  }
  const [{ setupGit }, { stateFolder }] = await Promise.all([
    import('../core/setup/git.ts'),
    import('../core/config/paths.ts'),
  ]);
  return await setupGit({ hosts, helper: helperFile(), stateFolder: stateFolder(cli.env), env: cli.env, ...options });
}

export async function setUpTool(cli: Cli, tool: Tool, options: ToolSetupOptions): Promise<SetupReport> {
  switch (tool) {
    case 'git':
      return await setUpGit(cli, options);
  }
}

/** What people read about a set-up: what was done, the difference where nothing was touched, and what to heed. */
export function showReport(cli: Cli, report: SetupReport, options: ToolSetupOptions): void {
  for (const line of report.lines) cli.out.write(`${line}\n`);
  if (options.dryRun) cli.out.write(report.diff);
  for (const warning of report.warnings) cli.err.write(`keytray: ${warning}\n`);
}

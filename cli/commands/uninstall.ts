import type { Command } from 'commander';
import type { Cli } from '../cli.ts';
import { setUpTool, showReport, tools } from '../tool-setup.ts';

export function addUninstall(program: Command, cli: Cli): void {
  program
    .command('uninstall')
    .helpGroup('Set up:')
    .description('undo every setup; tokens stay')
    .option('--dry-run', 'show the difference, change nothing')
    .action(async (options: { readonly dryRun?: true }) => {
      const how = { undo: true, dryRun: options.dryRun === true };
      for (const tool of tools) showReport(cli, await setUpTool(cli, tool, how), how);
    });
}

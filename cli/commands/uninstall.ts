import type { Command } from 'commander';
import { toolFamilies } from '../../core/services/shapes.ts';
import type { Cli } from '../cli.ts';
import { describeFailure, usageFailure } from '../failure.ts';
import { setUpTool, showReport } from '../tool-setup.ts';

interface UninstallOptions {
  readonly dryRun?: true;
  readonly everything?: true;
  readonly yes?: true;
}

/** Whether nothing is set up any more. */
async function undoSetups(cli: Cli, dryRun: boolean): Promise<boolean> {
  const how = { undo: true, dryRun };
  let nothing = true;
  let failed = false;
  for (const tool of toolFamilies) {
    try {
      const report = await setUpTool(cli, tool, how);
      if (!report.changed) continue;
      nothing = false;
      showReport(cli, report, how);
    } catch (error) {
      // One file that cannot be mended must not keep the others as they are.
      nothing = false;
      failed = true;
      const { what, hint, exit } = describeFailure(error);
      cli.err.write(`keytray: ${tool}: ${what}\n  ${hint}\n`);
      cli.setStatus(exit);
    }
  }
  if (nothing) cli.out.write('No tool is set up.\n');
  return !failed;
}

export function addUninstall(program: Command, cli: Cli): void {
  program
    .command('uninstall')
    .helpGroup('Set up:')
    .description('undo every setup; tokens stay')
    .option('--dry-run', 'show the difference, change nothing')
    .option(
      '--everything',
      'sign out of every account, too, and remove the files Keytray has made; shows them and asks',
    )
    .option('--yes', 'with --everything: do not ask')
    .action(async ({ dryRun, everything, yes }: UninstallOptions) => {
      if (everything === undefined) return void (await undoSetups(cli, dryRun === true));
      if (dryRun) throw usageFailure('--everything shows what it removes and asks', 'Leave --dry-run out.');
      const { uninstallEverything } = await import('../uninstall-everything.ts');
      await uninstallEverything(cli, yes === true, () => undoSetups(cli, false));
    });
}

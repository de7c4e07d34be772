import type { Command } from 'commander';
import { toolFamilies } from '../../core/services/shapes.ts';
import type { Cli } from '../cli.ts';
import { describeFailure } from '../failure.ts';
import { setUpTool, showReport } from '../tool-setup.ts';

export function addUninstall(program: Command, cli: Cli): void {
  program
    .command('uninstall')
    .helpGroup('Set up:')
    .description('undo every setup; tokens stay')
    .option('--dry-run', 'show the difference, change nothing')
    .action(async (options: { readonly dryRun?: true }) => {
      const how = { undo: true, dryRun: options.dryRun === true };
      let nothing = true;
      for (const tool of toolFamilies) {
        try {
          const report = await setUpTool(cli, tool, how);
          if (!report.changed) continue;
          nothing = false;
          showReport(cli, report, how);
        } catch (error) {
          // One file that cannot be mended must not keep the others as they are.
          nothing = false;
          const { what, hint, exit } = describeFailure(error);
          cli.err.write(`keytray: ${tool}: ${what}\n  ${hint}\n`);
          cli.setStatus(exit);
        }
      }
      if (nothing) cli.out.write('No tool is set up.\n');
    });
}

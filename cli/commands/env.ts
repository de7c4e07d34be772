import type { Command } from 'commander';
import { exportLine } from '../account-environment.ts';
import type { Cli } from '../cli.ts';
import { fetchTokenVariables } from '../token-variables.ts';

export function addEnv(program: Command, cli: Cli): void {
  program
    .command('env')
    .helpGroup('Every day:')
    .description('print export lines for a shell')
    .argument('<account>')
    .addHelpText('after', '\nExample:\n  eval "$(keytray env github@work)"\n')
    .action(async (account: string) => {
      const variables = await fetchTokenVariables(cli, [account]);
      for (const [name, value] of variables) cli.out.write(exportLine(name, value));
    });
}

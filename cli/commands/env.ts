import type { Command } from 'commander';
import { exportLine } from '../account-environment.ts';
import type { Cli } from '../cli.ts';
import { readDatabaseName } from '../database-target.ts';
import { serviceVariables } from '../service-variables.ts';
import { fetchTokenVariables } from '../token-variables.ts';

export function addEnv(program: Command, cli: Cli): void {
  program
    .command('env')
    .helpGroup('Every day:')
    .description('print export lines for a shell')
    .argument('<account>', 'ACCOUNT, or ACCOUNT/TARGET for one of its databases')
    .addHelpText('after', '\nExample:\n  eval "$(keytray env github@work)"\n')
    .action(async (text: string) => {
      const name = readDatabaseName(text);
      const own = await serviceVariables(cli, name.account);
      const variables = new Map([...own, ...(await fetchTokenVariables(cli, [name]))]);
      for (const [name, value] of variables) cli.out.write(exportLine(name, value));
    });
}

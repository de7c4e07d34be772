import type { Command } from 'commander';
import { exportLine } from '../account-environment.ts';
import type { Cli } from '../cli.ts';
import { readDatabaseName } from '../database-target.ts';
import { addPrefix, type Prefix, prefixesOf } from '../prefixes.ts';
import { fetchTokenVariables } from '../token-variables.ts';

export function addEnv(program: Command, cli: Cli): void {
  program
    .command('env')
    .helpGroup('Every day:')
    .description('print export lines for a shell')
    .argument('<account>', 'ACCOUNT, or ACCOUNT/TARGET for one of its databases')
    .option('--prefix <prefix>', 'goes before the names of variables', addPrefix)
    .addHelpText('after', '\nExample:\n  eval "$(keytray env github@work)"\n')
    .action(async (text: string, { prefix }: { readonly prefix?: readonly Prefix[] }) => {
      const name = readDatabaseName(text);
      const prefixes = prefixesOf(prefix, [name.account]);
      const variables = await fetchTokenVariables(cli, [name], { surface: 'env', prefixes });
      for (const [name, value] of variables) cli.out.write(exportLine(name, value));
    });
}

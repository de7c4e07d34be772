import type { Command } from 'commander';
import type { Cli } from '../cli.ts';
import { configSources } from '../configuration.ts';
import { printable } from '../output/printable.ts';

export function addAccountsRemove(accounts: Command, cli: Cli): void {
  accounts
    .command('remove')
    .description('take an account out of the configuration; sign out first to end it at the server')
    .argument('<account>')
    .action(async (account: string) => {
      const { file, ...options } = await configSources(cli.env);
      const { removeAccount } = await import('../../core/config/edit-config.ts');
      await removeAccount(file, account, options);
      cli.out.write(`Removed ${printable(account)} from ${file}.\n`);
    });
}

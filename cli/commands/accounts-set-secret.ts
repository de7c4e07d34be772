import type { Command } from 'commander';
import { Secret } from '../../core/secret.ts';
import type { Cli } from '../cli.ts';
import { usageFailure } from '../failure.ts';
import { readSecret } from '../input.ts';
import { printable } from '../output/printable.ts';

/** As long as the local API takes. */
const longest = 4096;

export function addAccountsSetSecret(accounts: Command, cli: Cli): void {
  accounts
    .command('set-secret')
    .description('store the client secret, read from standard input, in the keychain')
    .argument('<account>')
    .action(async (account: string) => {
      const broker = await cli.broker();
      const text = await readSecret(cli, `Client secret of ${printable(account)} (not shown): `, longest);
      if (text === '' || text.length > longest || /[\r\n\0]/.test(text)) {
        throw usageFailure(
          'standard input holds no client secret',
          `Pipe in one line of at most ${longest} characters: keytray accounts set-secret ${account} < FILE`,
        );
      }
      await broker.setClientSecret(account, new Secret(text));
      cli.out.write(`Stored the client secret of ${printable(account)}.\n`);
    });
}

import type { Command } from 'commander';
import { Secret } from '../../core/secret.ts';
import type { Cli } from '../cli.ts';
import { usageFailure } from '../failure.ts';
import { readSecret } from '../input.ts';
import { printable } from '../output/printable.ts';

/** As long as the local API takes. */
const longest = 4096;

async function removeSecret(cli: Cli, account: string): Promise<void> {
  const broker = await cli.broker();
  const { client_secret: before } = await broker.account(account);
  await broker.removeClientSecret(account);
  const none = before === 'none' || before === 'missing';
  cli.out.write(
    none ? `No client secret is stored for ${account}.\n` : `Removed the client secret of ${printable(account)}.\n`,
  );
}

/** One line, from the terminal or standard input. */
async function readLine(cli: Cli, account: string, what: string): Promise<string> {
  const title = `${what[0]?.toUpperCase()}${what.slice(1)}`;
  const text = await readSecret(cli, `${title} of ${printable(account)} (not shown): `, longest);
  if (text !== '' && text.length <= longest && !/[\r\n\0]/.test(text)) return text;
  throw usageFailure(
    `standard input holds no ${what}`,
    `Pipe in one line of at most ${longest} characters: keytray accounts set-secret ${account} < FILE`,
  );
}

async function setDatabasePassword(cli: Cli, account: string): Promise<void> {
  const broker = await cli.broker();
  const text = await readLine(cli, account, 'database password');
  await broker.setDatabasePassword(account, new Secret(text));
  cli.out.write(`Stored the database password of ${printable(account)}.\n`);
}

async function setSecret(cli: Cli, account: string): Promise<void> {
  const broker = await cli.broker();
  const text = await readLine(cli, account, 'client secret');
  const { client_secret: before } = await broker.account(account);
  await broker.setClientSecret(account, new Secret(text));
  cli.out.write(`Stored the client secret of ${printable(account)}.\n`);
  // The service works with either kind of client: with a secret, a public one is refused at every sign-in.
  if (before === 'none') {
    cli.err.write(`If this client is public, servers refuse it now: keytray accounts set-secret ${account} --remove\n`);
  }
}

interface SecretOptions {
  readonly remove?: true;
  readonly databasePassword?: true;
}

export function addAccountsSetSecret(accounts: Command, cli: Cli): void {
  accounts
    .command('set-secret')
    .description('store the client secret, read from standard input, in the keychain')
    .argument('<account>')
    .option('--remove', 'remove the stored one')
    .option('--database-password', 'store the password of a database with `password: native` instead')
    .action(async (account: string, { remove, databasePassword }: SecretOptions) => {
      if (databasePassword !== true) return remove ? await removeSecret(cli, account) : await setSecret(cli, account);
      if (remove) throw usageFailure('--remove is for client secrets', 'Replace the password: leave --remove out.');
      await setDatabasePassword(cli, account);
    });
}

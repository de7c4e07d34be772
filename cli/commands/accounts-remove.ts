import type { Command } from 'commander';
import { failures, KeytrayError } from '../../core/errors.ts';
import type { Cli } from '../cli.ts';
import { configSources, loadConfig } from '../configuration.ts';
import { CommandFailure } from '../failure.ts';
import { printable } from '../output/printable.ts';
import { revocationSentence } from './logout.ts';

interface RemoveOptions {
  readonly keepSignIn?: true;
}

/** What becomes of the sign-in is decided while the account is there: later its tokens cannot be revoked any more. */
async function endSignIn(cli: Cli, account: string): Promise<string> {
  try {
    const broker = await cli.broker();
    const view = await broker.logout(account, { revoke: true });
    await broker.removeClientSecret(account);
    return `Signed out. ${revocationSentence(view)}\n`;
  } catch (error) {
    if (!(error instanceof KeytrayError)) throw error;
    // It is in the file, and the broker reads another one, or could not read this one.
    const what = error.code === 'no_broker' ? 'Keytray is not running' : error.message;
    throw new CommandFailure(
      failures[error.code].exit,
      `${account} was not removed, because its sign-in could not be ended: ${what}`,
      error.code === 'no_broker'
        ? `Start it: keytray start. Or leave the sign-in as it is: keytray accounts remove ${account} --keep-sign-in`
        : `Try again, or leave the sign-in as it is: keytray accounts remove ${account} --keep-sign-in`,
      { cause: error },
    );
  }
}

async function removeFrom(cli: Cli, account: string, options: RemoveOptions): Promise<void> {
  const { file, ...sources } = await configSources(cli.env);
  const { removeAccount } = await import('../../core/config/edit-config.ts');
  // What cannot be removed stays signed in: unknown accounts and those of a drop-in fail before anything is ended.
  const config = await loadConfig(cli.env).catch(() => undefined);
  if (config !== undefined && config.accounts.get(account)?.position.file !== file) {
    return await removeAccount(file, account, sources);
  }
  const ended = options.keepSignIn
    ? 'The sign-in was kept in its store and at the server.\n'
    : await endSignIn(cli, account);
  await removeAccount(file, account, sources);
  cli.out.write(`Removed ${printable(account)} from ${file}. ${ended}`);
}

export function addAccountsRemove(accounts: Command, cli: Cli): void {
  accounts
    .command('remove')
    .description('sign out of an account and take it out of the configuration')
    .argument('<account>')
    .option('--keep-sign-in', 'leave its tokens and client secret where they are')
    .action((account: string, options: RemoveOptions) => removeFrom(cli, account, options));
}

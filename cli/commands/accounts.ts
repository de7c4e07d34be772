import type { Command } from 'commander';
import type { Cli } from '../cli.ts';
import { addAccountsAdd } from './accounts-add.ts';
import { addAccountsList } from './accounts-list.ts';
import { addAccountsRemove } from './accounts-remove.ts';
import { addAccountsSet } from './accounts-set.ts';
import { addAccountsSetSecret } from './accounts-set-secret.ts';
import { addAccountsShow } from './accounts-show.ts';

export function addAccounts(program: Command, cli: Cli): void {
  const accounts = program.command('accounts').helpGroup('Set up:').description('list, add, remove and show accounts');
  addAccountsList(accounts, cli);
  addAccountsAdd(accounts, cli);
  addAccountsRemove(accounts, cli);
  addAccountsShow(accounts, cli);
  addAccountsSet(accounts, cli);
  addAccountsSetSecret(accounts, cli);
}

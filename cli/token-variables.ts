import { tokenVariables } from './account-environment.ts';
import type { Cli } from './cli.ts';
import { loadConfig } from './configuration.ts';
import { tokenRequest, tokenText } from './token-answer.ts';

/**
 * Variable names and token values for the accounts, in order. Where two accounts set the same variable the later one
 * wins, as in any shell.
 */
export async function fetchTokenVariables(cli: Cli, accounts: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const broker = await cli.broker();
  const config = await loadConfig(cli.env);
  const values = new Map<string, string>();
  for (const account of accounts) {
    const fetched = new Map<string, string>();
    for (const [name, kind] of tokenVariables(account, config.accounts.get(account))) {
      const value = fetched.get(kind) ?? tokenText(await broker.token(account, tokenRequest({ kind })), kind);
      fetched.set(kind, value);
      values.set(name, value);
    }
  }
  return values;
}

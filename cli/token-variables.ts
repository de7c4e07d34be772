import { tokenVariables } from './account-environment.ts';
import type { Cli } from './cli.ts';
import { loadConfig } from './configuration.ts';
import type { DatabaseName } from './database-target.ts';
import { variablesOfDatabase } from './database-variables.ts';
import { tokenRequest, tokenText } from './token-answer.ts';

/**
 * Variable names and values for the accounts, and for a database of each that has one, in order. Where two accounts set the same variable the later one
 * wins, as in any shell.
 */
export async function fetchTokenVariables(
  cli: Cli,
  names: readonly DatabaseName[],
): Promise<ReadonlyMap<string, string>> {
  const broker = await cli.broker();
  const config = await loadConfig(cli.env);
  const values = new Map<string, string>();
  for (const { account, target } of names) {
    const hasDatabases = target !== undefined || config.accounts.get(account)?.lakebase !== undefined;
    const database = hasDatabases ? await variablesOfDatabase(broker, cli.err, { account, target }) : [];
    for (const [name, value] of database) values.set(name, value);
    const fetched = new Map<string, string>();
    for (const [name, kind] of tokenVariables(account, config.accounts.get(account))) {
      const value = fetched.get(kind) ?? tokenText(await broker.token(account, tokenRequest({ kind })), kind);
      fetched.set(kind, value);
      values.set(name, value);
    }
  }
  return values;
}

import type { LocalApiClient } from '../core/local-api/client/client.ts';
import type { AccountSettings } from '../core/services/service.ts';
import type { TokenView } from '../core/wire/schemas.ts';
import {
  accountVariables,
  defaultVariable,
  type Surface,
  type TokenKind,
  type VariableValue,
} from './account-environment.ts';
import type { Cli } from './cli.ts';
import { loadConfig, resolveConfigured } from './configuration.ts';
import { credentialHeaders } from './credential-headers.ts';
import type { DatabaseName } from './database-target.ts';
import { variablesOfDatabase } from './database-variables.ts';
import { CommandFailure, usageStatus } from './failure.ts';
import { tokenRequest, tokenText } from './token-answer.ts';

export interface VariableWish {
  readonly surface: Surface;
  /** What stands before the names of an account's variables, by its id. */
  readonly prefixes?: ReadonlyMap<string, string>;
}

/**
 * Variable names and values for the accounts, and for a database of each that has one. Throws where two accounts set
 * the same variable: which one a program finds would be a matter of their order.
 */
export async function fetchTokenVariables(
  cli: Cli,
  names: readonly DatabaseName[],
  { surface, prefixes = new Map() }: VariableWish,
): Promise<ReadonlyMap<string, string>> {
  const broker = await cli.broker();
  const config = await loadConfig(cli.env);
  const values = new Map<string, string>();
  const setBy = new Map<string, string>();
  const set = (account: string, name: string, value: string): void => {
    const other = setBy.get(name);
    if (other !== undefined && other !== account) throw setTwice(name, other, account);
    setBy.set(name, account);
    values.set(name, value);
  };
  for (const { account, target } of names) {
    const settings = config.accounts.has(account) ? await resolveConfigured(config, account) : undefined;
    if (target !== undefined || settings?.lakebase !== undefined) {
      const database = await variablesOfDatabase(broker, cli.err, { account, target });
      for (const [name, value] of database) set(account, name, value);
    }
    if (surface === 'exec') noteOverruled(cli, settings, prefixes.get(account));
    const ask = asking(broker, account);
    for (const [name, value] of variablesOf(account, settings, surface, prefixes.get(account))) {
      const text = await ask(value);
      if (text !== undefined) set(account, name, text);
    }
  }
  return values;
}

/** Behind a prefix no client finds our names, and has nothing to choose. */
function noteOverruled(cli: Cli, settings: AccountSettings | undefined, prefix: string | undefined): void {
  const { overruledBy: other } = settings?.variables ?? {};
  if (other === undefined || prefix !== undefined || cli.env[other.variable] === undefined) return;
  cli.err.write(`keytray: ${other.variable} is set and passed on: ${other.reader} use it, not the key\n`);
}

const usual: VariableValue = { kind: 'token', token: 'access' };

/** An account that only the broker knows has the variable named after it. */
const variablesOf = (account: string, settings: AccountSettings | undefined, surface: Surface, prefix?: string) =>
  settings === undefined
    ? new Map([[`${prefix ?? ''}${defaultVariable(account)}`, usual]])
    : accountVariables(settings, surface, prefix);

/** Values of one account's variables, where it has them; the broker is asked once for each token. */
function asking(broker: LocalApiClient, account: string): (value: VariableValue) => Promise<string | undefined> {
  const views = new Map<string, TokenView>();
  const view = async (kind: TokenKind, field?: string): Promise<TokenView> => {
    const key = `${kind} ${field ?? ''}`;
    const known = views.get(key) ?? (await broker.token(account, tokenRequest({ kind, field })));
    views.set(key, known);
    return known;
  };
  return async (value) => {
    switch (value.kind) {
      case 'text':
        return value.text;
      case 'token':
        return tokenText(await view(value.token), value.token);
      case 'field':
        return tokenText(await view('access', value.field), 'access');
      case 'service_url':
        return (await view('access')).service_url;
      case 'authorization':
        return credentialHeaders(await view('access'))[0]?.value.reveal() ?? '';
    }
  };
}

const setTwice = (name: string, one: string, other: string): CommandFailure =>
  new CommandFailure(
    usageStatus,
    `${one} and ${other} both set ${name}`,
    `Part them: --prefix ${other}=${other.toUpperCase().replace(/[^A-Z0-9]/g, '_')}_`,
  );

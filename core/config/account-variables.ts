import type { AccountConfig } from './config.ts';

export type TokenKind = 'access' | 'id';

/** Variable names and the token each gets. */
export type TokenVariables = ReadonlyMap<string, TokenKind>;

/** `github@work` → `GITHUB_WORK`, as part of a variable's name. */
export function accountWord(account: string): string {
  return account.toUpperCase().replace(/[^A-Z0-9]/g, '_');
}

/** `github@work` → `GITHUB_WORK_TOKEN`. */
export function defaultVariable(account: string): string {
  const name = `${accountWord(account)}_TOKEN`;
  return /^\d/.test(name) ? `_${name}` : name;
}

/** The variables of an account: its `env:` key, or one named after the account. */
export function tokenVariables(
  account: string,
  config: { readonly env?: AccountConfig['env'] | undefined } | undefined,
): TokenVariables {
  const configured = Object.entries(config?.env ?? {});
  if (configured.length === 0) return new Map([[defaultVariable(account), 'access']]);
  return new Map(configured.map(([name, holds]) => [name, holds === 'id_token' ? 'id' : 'access']));
}

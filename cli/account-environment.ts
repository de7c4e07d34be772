import type { AccountConfig } from '../core/config/config.ts';

export type TokenKind = 'access' | 'id';

/** Variable names and the token each gets. */
export type TokenVariables = ReadonlyMap<string, TokenKind>;

/** `github@work` → `GITHUB_WORK_TOKEN`. */
export function defaultVariable(account: string): string {
  const name = `${account.toUpperCase().replace(/[^A-Z0-9]/g, '_')}_TOKEN`;
  return /^\d/.test(name) ? `_${name}` : name;
}

/** What `env` and `exec` set for an account: its `env:` key, or one variable named after the account. */
export function tokenVariables(account: string, config: Pick<AccountConfig, 'env'> | undefined): TokenVariables {
  const configured = Object.entries(config?.env ?? {});
  if (configured.length === 0) return new Map([[defaultVariable(account), 'access']]);
  return new Map(configured.map(([name, holds]) => [name, holds === 'id_token' ? 'id' : 'access']));
}

/** An `export` line any POSIX shell takes as it is meant, whatever the value holds. */
export function exportLine(name: string, value: string): string {
  return `export ${name}='${value.replaceAll("'", "'\\''")}'\n`;
}

import type { AccountConfig } from './config.ts';
import { type ConfigError, formatPath } from './config-error.ts';

interface Source {
  readonly key: string;
  readonly account: string;
}

/** The account whose credential another one is made from. */
function sourceOf({ exchange, awsCredentials }: AccountConfig): Source | undefined {
  if (exchange?.subjectAccount !== undefined) return { key: 'subject_account', account: exchange.subjectAccount };
  if (awsCredentials?.kind === 'account') return { key: 'aws_credentials', account: awsCredentials.account };
  return undefined;
}

/** An account that is made from another one needs it to be there, and not to be made from itself in the end. */
export function checkSources(accounts: ReadonlyMap<string, AccountConfig>): readonly ConfigError[] {
  return [...accounts.values()].flatMap((account) => {
    const source = sourceOf(account);
    if (source === undefined) return [];
    const problem = (message: string, fix: string): ConfigError[] => [
      { ...account.position, path: formatPath(['accounts', account.id, source.key]), message, fix },
    ];
    if (!accounts.has(source.account)) {
      return problem(`there is no account ${JSON.stringify(source.account)}`, 'name an account of this configuration');
    }
    const way = [account.id];
    for (let next: Source | undefined = source; next !== undefined; ) {
      way.push(next.account);
      if (next.account === account.id)
        return problem(`leads back to itself (${way.join(' → ')})`, 'name another account');
      // A ring further on is the error of the accounts in it.
      if (way.indexOf(next.account) < way.length - 1) return [];
      const at = accounts.get(next.account);
      next = at === undefined ? undefined : sourceOf(at);
    }
    return [];
  });
}

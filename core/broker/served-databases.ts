import type { Account } from '../accounts/account.ts';
import type { AccountRegistry } from '../accounts/account-registry.ts';
import type { DatabaseLogins } from '../hand-out/database-logins.ts';
import type { FoundDatabases, ServedAccount, ServedDatabase } from '../helpers/helper.ts';
import { systemAuthoritiesFile } from '../platform/system-authorities.ts';

export interface DatabaseSearch {
  readonly accounts: AccountRegistry;
  readonly databases: DatabaseLogins;
  readonly host: string;
  readonly port: number;
}

/**
 * Databases at an address. A service is asked only about hosts of its own domain, or every call of psql would wait for
 * it.
 */
export async function databasesAt({ accounts, databases, host, port }: DatabaseSearch): Promise<FoundDatabases> {
  const found: ServedDatabase[] = [];
  let unknown: { readonly account: ServedAccount; readonly failure: unknown } | undefined;
  for (const account of accounts.all()) {
    const { lakebase = {}, url, issuer, tls } = account.settings;
    const targets = Object.entries(lakebase).filter(([, target]) => target.port === port);
    if (targets.length === 0 || !sharesDomain(host, URL.parse(url ?? issuer ?? '')?.hostname ?? '')) continue;
    for (const [target, { sslmode }] of targets) {
      try {
        const there = await databases.hostOf(account, target);
        if (there.toLowerCase() !== host.toLowerCase()) continue;
        const user = await databases.userOf(account);
        // Whoever of them answers, it is the same role.
        if (found.some(({ account: { people = [] } }) => people.includes(user))) continue;
        const authorities = tls.ca ?? (await systemAuthoritiesFile());
        found.push({ account: servedBy(account, [user]), target, sslmode, authorities });
      } catch (failure) {
        unknown ??= { account: servedBy(account, []), failure };
      }
    }
  }
  if (found.length > 0 || unknown === undefined) return { kind: 'databases', databases: found };
  return { kind: 'unknown', ...unknown };
}

export function listsDatabases(accounts: AccountRegistry): boolean {
  for (const { settings } of accounts.all()) if (settings.lakebase !== undefined) return true;
  return false;
}

/** `i.database.cloud.databricks.com` and `dbc-1.cloud.databricks.com` do. */
export function sharesDomain(host: string, workspace: string): boolean {
  const domainOf = (name: string): string => name.toLowerCase().split('.').slice(-2).join('.');
  return workspace !== '' && domainOf(host) === domainOf(workspace);
}

function servedBy({ id, settings }: Account, people: readonly string[]): ServedAccount {
  return { id, title: settings.title, username: settings.username, hosts: [], people };
}

/** Whom the account is signed in as, else whom it expects: what people write into a URL to mean it. */
export function peopleOf({ record, settings }: Account): readonly string[] {
  const { name, email, subject } = record?.identity ?? { name: undefined, ...settings.expect };
  return [name, email, subject].filter((text) => text !== undefined);
}

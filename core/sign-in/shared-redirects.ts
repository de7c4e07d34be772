import type { Account } from '../accounts/account.ts';
import { type ServerDirectory, serverNameOf } from '../accounts/server-directory.ts';
import { redirectUriToRegister } from '../config/resolve.ts';
import { traitsOf } from '../services/grant.ts';

interface Group {
  readonly uri: string;
  readonly accounts: readonly Account[];
}

/** Accounts of different authorization servers whose answers arrive at one redirect URI. */
function groupsOf(accounts: Iterable<Account>): readonly Group[] {
  const byUri = new Map<string, Account[]>();
  for (const account of accounts) {
    if (traitsOf(account.settings.grant.kind).signIn !== 'browser') continue;
    const uri = redirectUriToRegister(account.settings);
    byUri.set(uri, [...(byUri.get(uri) ?? []), account]);
  }
  return [...byUri]
    .map(([uri, sharing]) => ({ uri, accounts: sharing }))
    .filter((group) => new Set(group.accounts.map(serverNameOf)).size > 1);
}

// A start must not ask a fleet of servers for what only a warning needs.
const mostAsked = 8;

/**
 * Watches for redirect URIs that accounts of different servers share while one of those servers does not name itself
 * in its answers (`iss`, RFC 9207): a hostile server could pass the answer of another one off as its own, and be given
 * that one's code (mix-up, RFC 9700 §4.4).
 */
export class SharedRedirects {
  readonly #accounts: () => Iterable<Account>;
  readonly #servers: Pick<ServerDirectory, 'of' | 'promisesIssuer'>;

  constructor(accounts: () => Iterable<Account>, servers: Pick<ServerDirectory, 'of' | 'promisesIssuer'>) {
    this.#accounts = accounts;
    this.#servers = servers;
  }

  /** One line for each; what a server's metadata would tell counts once it is known. */
  warnings(): readonly string[] {
    return groupsOf(this.#accounts()).flatMap((group) => {
      const silent = group.accounts.find((account) => this.#servers.promisesIssuer(account) === false);
      return silent === undefined ? [] : [warningOf(group, silent)];
    });
  }

  /** Asks the servers that matter and are not known yet. Never rejects. */
  async look(): Promise<readonly string[]> {
    const unknown = groupsOf(this.#accounts()).flatMap(({ accounts }) => {
      const told = accounts.map((account) => this.#servers.promisesIssuer(account));
      return told.includes(false) ? [] : accounts.filter((_account, index) => told[index] === undefined);
    });
    for (const account of unknown.slice(0, mostAsked)) await this.#servers.of(account).catch(() => undefined);
    return this.warnings();
  }
}

const warningOf = ({ uri, accounts }: Group, silent: Account): string =>
  `${accounts.map(({ id }) => id).join(', ')} share the redirect URI ${uri} at different servers, and the server of ${silent.id} does not name itself in its answers (no iss): give each account a redirect.path of its own where its server lets you`;

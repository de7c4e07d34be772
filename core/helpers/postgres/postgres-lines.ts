import type { ServedAccount, ServedDatabase } from '../helper.ts';
import { matchAccounts } from '../host-match.ts';
import { hostAndPort, type PostgresHost, type PostgresTarget } from './postgres-target.ts';

/** Where an account's token may go: a line of the password file, still without the token. */
export interface Place {
  readonly account: ServedAccount;
  /** Undefined: what leaves is the token of an account that lists the host. */
  readonly database: ServedDatabase | undefined;
  /** As psql looks for it. */
  readonly host: string;
  readonly port: number;
  /** The address it connects to, where it is told one; else the host. */
  readonly reachedAt: string;
}

export type FoundPlaces =
  | { readonly kind: 'places'; readonly places: readonly Place[] }
  /** What to say instead, for people. */
  | { readonly kind: 'refused'; readonly line: string };

/** Who may answer for a host, and the databases that were found there. */
export interface Served {
  readonly accounts: readonly ServedAccount[];
  readonly databases: readonly ServedDatabase[];
}

/** libpq sends the password only to a host and port that stand in a line. No places: nothing here is ours. */
export function placesFor(target: PostgresTarget, servedAt: (host: PostgresHost) => Served): FoundPlaces {
  switch (target.kind) {
    case 'none':
      return { kind: 'places', places: [] };
    case 'hosts':
      return together(target.hosts.map((host) => placesOfHost(host, target.user, servedAt(host))));
  }
}

function placesOfHost(host: PostgresHost, user: string | undefined, served: Served): FoundPlaces {
  const { name, port, address } = host;
  // A database goes before a list: its password is no token.
  const found = new Map<ServedAccount, ServedDatabase>(
    served.databases.map((database) => [{ ...database.account, hosts: [hostAndPort(name, port)] }, database]),
  );
  const accounts = found.size > 0 ? [...found.keys()] : served.accounts;
  const match = matchAccounts({ protocol: 'postgresql', host: hostAndPort(name, port), username: user }, accounts);
  if (match.kind === 'none') return { kind: 'places', places: [] };
  if (match.kind === 'ambiguous') return ambiguous(match.accounts, hostAndPort(name, port));
  const { account } = match;
  if (address !== undefined && address !== name) {
    const there = matchAccounts({ protocol: 'postgresql', host: hostAndPort(address, port) }, [account]);
    const line = `${account.id} lists ${name} under postgres:, but not the address ${address} it is to be reached at`;
    if (there.kind !== 'one') return { kind: 'refused', line };
  }
  const database = found.get(account);
  return { kind: 'places', places: [{ account, database, host: name, port, reachedAt: address ?? name }] };
}

function together(found: readonly FoundPlaces[]): FoundPlaces {
  const places: Place[] = [];
  for (const each of found) {
    if (each.kind === 'refused') return each;
    places.push(...each.places);
  }
  return { kind: 'places', places };
}

function ambiguous(accounts: readonly ServedAccount[], where: string): FoundPlaces {
  const ids = accounts.map(({ id }) => id).join(', ');
  return { kind: 'refused', line: `${ids} all answer for ${where}; name the user of one with -U` };
}

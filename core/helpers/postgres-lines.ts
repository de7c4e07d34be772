import type { ServedAccount } from './helper.ts';
import { matchAccounts, parseHostPattern } from './host-match.ts';
import { hostAndPort, type PostgresHost, type PostgresTarget } from './postgres-target.ts';

/** Where an account's token may go: a line of the password file, still without the token. */
export interface Place {
  readonly account: ServedAccount;
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

/** libpq sends the password only to a host and port that stand in a line. No places: nothing here is ours. */
export function placesFor(target: PostgresTarget, served: readonly ServedAccount[]): FoundPlaces {
  switch (target.kind) {
    case 'none':
      return { kind: 'places', places: [] };
    case 'hosts':
      return together(target.hosts.map((host) => placesOfHost(host, target.user, served)));
    case 'service':
      return withoutTwins(listed(served), target.user);
  }
}

function placesOfHost(host: PostgresHost, user: string | undefined, served: readonly ServedAccount[]): FoundPlaces {
  const { name, port, address } = host;
  if (port === undefined) {
    const ports = listed(served).flatMap((place) => (isSameHost(place.host, name) ? [place.port] : []));
    return together([...new Set(ports)].map((each) => placesOfHost({ ...host, port: each }, user, served)));
  }
  const at = (text: string) =>
    matchAccounts({ protocol: 'postgresql', host: hostAndPort(text, port), username: user }, served);
  const match = at(name);
  if (match.kind === 'none') return { kind: 'places', places: [] };
  if (match.kind === 'ambiguous') return ambiguous(match.accounts, hostAndPort(name, port));
  const { account } = match;
  if (address !== undefined && address !== name) {
    const there = matchAccounts({ protocol: 'postgresql', host: hostAndPort(address, port) }, [account]);
    const line = `${account.id} lists ${name} under postgres:, but not the address ${address} it is to be reached at`;
    if (there.kind !== 'one') return { kind: 'refused', line };
  }
  return { kind: 'places', places: [{ account, host: name, port, reachedAt: address ?? name }] };
}

/** Every place all accounts list. */
function listed(served: readonly ServedAccount[]): Place[] {
  return served.flatMap((account) =>
    account.hosts.flatMap((text) => {
      const pattern = parseHostPattern(text);
      if (pattern === undefined) return [];
      const host = pattern.host.replace(/^\[|\]$/g, '');
      return [{ account, host, port: pattern.port ?? 5432, reachedAt: host }];
    }),
  );
}

function isSameHost(host: string, name: string): boolean {
  const account = { id: '', title: '', username: '', hosts: [hostAndPort(host, 1)] };
  return matchAccounts({ protocol: 'postgresql', host: hostAndPort(name, 1) }, [account]).kind === 'one';
}

/** The first line that fits would win, whoever it belongs to. */
function withoutTwins(places: readonly Place[], user: string | undefined): FoundPlaces {
  for (const place of places) {
    const { host, port } = place;
    const accounts = places.filter((other) => other.host === host && other.port === port).map(({ account }) => account);
    const ids = new Set(accounts.map(({ id }) => id));
    if (ids.size < 2) continue;
    const match = matchAccounts({ protocol: 'postgresql', host: hostAndPort(host, port), username: user }, accounts);
    if (match.kind !== 'one') return ambiguous(accounts, hostAndPort(host, port));
    const rest = places.filter((other) => other.host !== host || other.port !== port);
    return withoutTwins([...rest, { ...place, account: match.account }], user);
  }
  return { kind: 'places', places };
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

import { traitsOf } from '../../core/services/grant.ts';
import type { ApiKeyView } from '../../core/wire/api-key-schemas.ts';
import type { AccountView } from '../../core/wire/schemas.ts';

const day = 86_400_000;

/** A key that ends, or the credential of an account whose end is known. */
export interface KeyEnd {
  /** The account that has it, else the one it was listed with. */
  readonly account: string;
  readonly name?: string;
  readonly id?: string;
  readonly expires_at: string;
  /** Whole days; negative where it has ended. */
  readonly days_left: number;
}

/** The keys that an account lists. */
export interface ListedKeys {
  readonly account: AccountView;
  readonly keys: readonly ApiKeyView[];
}

/**
 * What ends within `days` days, soonest first: keys in force, each once, and accounts' own keys, also those that have
 * ended. `now`: milliseconds since the epoch.
 */
export function keyEnds(
  listed: readonly ListedKeys[],
  accounts: readonly AccountView[],
  days: number,
  now: number,
): readonly KeyEnd[] {
  const seen = new Set<string>();
  const held = new Set<string>();
  const ends: KeyEnd[] = [];
  for (const { account, keys } of listed) {
    for (const { id, name, status, expires_at, accounts: holders = [] } of keys) {
      for (const holder of holders) held.add(holder);
      // Two accounts of one person list the same keys.
      const place = JSON.stringify([account.service, account.url, id]);
      const mine = holders.length > 0;
      if (seen.has(place) || expires_at === null || (status === 'expired' && !mine)) continue;
      seen.add(place);
      ends.push({ account: holders[0] ?? account.account, name, id, ...endAt(expires_at, now) });
    }
  }
  for (const { account, grant, expires_at } of accounts) {
    if (grant === undefined || traitsOf(grant).renewal !== 'never' || expires_at === undefined || held.has(account))
      continue;
    ends.push({ account, ...endAt(expires_at, now) });
  }
  return ends
    .filter(({ expires_at }) => Date.parse(expires_at) - now <= days * day)
    .sort((one, other) => Date.parse(one.expires_at) - Date.parse(other.expires_at));
}

const endAt = (expires_at: string, now: number) => ({
  expires_at,
  days_left: Math.floor((Date.parse(expires_at) - now) / day),
});

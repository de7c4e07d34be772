import type { Account } from '../../accounts/account.ts';
import { isGiven } from '../../accounts/renewal.ts';
import { isSecretOf } from '../../credentials/api-keys/key-match.ts';
import type { ServiceKey } from '../../credentials/api-keys/provider.ts';
import type { AccountSettings } from '../../services/service.ts';

/** What is known here of the key an account has. */
export type Holder = Pick<Account, 'id' | 'settings' | 'record'>;

const originOf = ({ url }: AccountSettings): string | undefined =>
  url === undefined ? undefined : new URL(url).origin;

/** Whether two accounts have their keys at the same place. */
export const sameService = (one: AccountSettings, other: AccountSettings): boolean =>
  one.service === other.service && originOf(one) === originOf(other);

/** Accounts that were given a key of the service of `account`. */
export const keyAccounts = <T extends Holder>(account: Holder, all: Iterable<T>): readonly T[] =>
  [...all].filter(({ settings, record }) => {
    return isGiven(settings.grant.kind) && record !== undefined && sameService(settings, account.settings);
  });

/**
 * The key of the list that an account has, by its noted ID, by what the service shows of it, or because it must be
 * `among` those and there is no other. Undefined where nothing tells: a guess would revoke the key of something else.
 */
export function keyOf(
  { record }: Holder,
  keys: readonly ServiceKey[],
  among: readonly ServiceKey[],
): ServiceKey | undefined {
  if (record === undefined) return undefined;
  const seen = keys.map((key) => ({ key, is: isSecretOf(record.accessToken, key) }));
  const noted = seen.find(({ key }) => key.id === record.keyId);
  if (noted !== undefined && noted.is !== 'no') return noted.key;
  const [found, ...others] = seen.filter(({ is }) => is === 'yes');
  if (found !== undefined) return others.length === 0 ? found.key : undefined;
  // A key that belongs to no person is named by its own ID.
  const named = seen.find(({ key, is }) => is === 'unknown' && key.id === record.identity?.subject);
  if (named !== undefined) return named.key;
  const [last, ...more] = seen.filter(
    ({ key, is }) => is === 'unknown' && key.status === 'active' && among.includes(key),
  );
  return more.length === 0 ? last?.key : undefined;
}

/** The accounts that have each key of a list, by its ID. The own key of the `asking` account must be `among` some. */
export function holdersOf<T extends Holder>(
  asking: Holder,
  all: Iterable<T>,
  keys: readonly ServiceKey[],
  among: readonly ServiceKey[],
): ReadonlyMap<string, readonly T[]> {
  const held = new Map<string, T[]>();
  const accounts = keyAccounts(asking, all);
  const found = accounts.map((account) => {
    return { account, key: keyOf(account, keys, account.id === asking.id ? among : []) };
  });
  for (const { account, key } of found) {
    const same = key ?? found.find((other) => other.key !== undefined && sameSecret(other.account, account))?.key;
    if (same !== undefined) held.set(same.id, [...(held.get(same.id) ?? []), account]);
  }
  return held;
}

const sameSecret = (one: Holder, other: Holder): boolean =>
  one.record !== undefined && other.record !== undefined && one.record.accessToken.equals(other.record.accessToken);

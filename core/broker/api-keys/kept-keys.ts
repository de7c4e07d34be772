import type { Account } from '../../accounts/account.ts';
import { withServiceKey } from '../../accounts/given-key.ts';
import { secretOrigins } from '../../accounts/origins.ts';
import { isGiven } from '../../accounts/renewal.ts';
import type { CreatedKey, ServiceKey } from '../../credentials/api-keys/provider.ts';
import { KeytrayError } from '../../errors.ts';
import type { Given, Obtaining, TryParts } from '../../sign-in/given.ts';
import { obtainingOf } from '../../sign-in/obtain.ts';
import { storeFailure } from '../../stores/store-failure.ts';

/** What a try needs, where no person is about. */
export type KeyTryParts = Pick<TryParts, 'servers' | 'http' | 'clock'>;

/** A key that was just made, on its way into an account. */
export interface NewCredential {
  /** Makes it the credential of the account. Throws where the store refuses: what it had before is then still there. */
  keep(): Promise<void>;
}

/** Throws where the store would not take a key now: then none should be made. */
export async function assertKeeps(account: Account): Promise<void> {
  await account.load();
  if (account.state.kind === 'unreadable') throw storeFailure(account.state.trouble, account.id);
}

/**
 * Tries a new key at the service as one that a person enters. `unreachable`: what to do with it where nobody answers.
 * Throws `KeytrayError`.
 */
export async function tryNewKey(
  account: Account,
  { key, secret }: CreatedKey,
  parts: KeyTryParts,
  unreachable: 'refuse' | 'keep',
): Promise<NewCredential> {
  const { settings } = account;
  const obtaining = obtainingOf(settings.grant);
  const field = settings.fields[0]?.name;
  if (obtaining.kind !== 'fields' || !isGiven(settings.grant.kind) || field === undefined) {
    throw new KeytrayError('misconfigured', `${account.id} does not take an API key`, { account: account.id });
  }
  const given: Given = { [field]: secret };
  const tried = await tryIt(obtaining, account, given, parts, unreachable);
  return {
    async keep() {
      if (account.settings !== settings || tried === undefined) {
        const words = `the configuration of ${account.id} changed meanwhile`;
        throw new KeytrayError('misconfigured', words, { account: account.id });
      }
      const secrets = { values: given, origins: secretOrigins(settings) };
      await account.accept((generation) => withServiceKey(tried.record(generation), key, settings), secrets);
      parts.servers.forget(account.id);
    },
  };
}

async function tryIt(
  obtaining: Extract<Obtaining, { kind: 'fields' }>,
  account: Account,
  given: Given,
  tryParts: KeyTryParts,
  unreachable: 'refuse' | 'keep',
) {
  const parts = { ...tryParts, acceptOther: false, page: undefined };
  try {
    return await obtaining.tryIt(account, given, parts);
  } catch (error) {
    const passing = error instanceof KeytrayError && error.code === 'temporarily_unavailable';
    if (passing && unreachable === 'keep') return obtaining.untried(account, given, parts);
    throw error;
  }
}

/**
 * Notes what the service tells of the key an account has: its ID, and when it ends. Where the store refuses, it is told
 * again with the next list.
 */
export async function learnKey(account: Account, key: ServiceKey): Promise<void> {
  const { record, settings } = account;
  if (record === undefined) return;
  const known = withServiceKey(record, key, settings);
  if (known.keyId === record.keyId && known.lifetime === record.lifetime) return;
  await account.commit((generation) => ({ ...known, generation }), record.generation).catch(() => undefined);
}

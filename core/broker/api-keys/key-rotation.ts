import type { Account } from '../../accounts/account.ts';
import type { ApiKeyProvider, CreatedKey, ServiceKey } from '../../credentials/api-keys/provider.ts';
import { daysOf, nextName } from '../../credentials/api-keys/rotated-key.ts';
import { KeytrayError, retold } from '../../errors.ts';
import { type Barriers, type Logger, noBarriers } from '../../ports.ts';
import type { Secret } from '../../secret.ts';
import { assertKeeps, type KeyTryParts, tryNewKey } from './kept-keys.ts';
import { noSuchKey, notKept, revokedAgain } from './key-failures.ts';
import { holdersOf } from './key-holders.ts';
import type { RotationNote, RotationNotes } from './rotation-notes.ts';
import type { ServiceAsker } from './service-asker.ts';

export interface KeyRotationDependencies extends KeyTryParts {
  readonly accounts: { all(): Iterable<Account> };
  readonly notes: RotationNotes;
  readonly logger: Logger;
  readonly barriers?: Barriers | undefined;
}

/** With whose credential the keys are listed, made and revoked. */
export interface RotatingAccount {
  readonly account: Account;
  readonly provider: ApiKeyProvider;
  readonly asker: Pick<ServiceAsker, 'mayHaveHappened'>;
}

export interface Rotated {
  readonly key: ServiceKey;
  readonly accounts: readonly string[];
  readonly old: { readonly id: string; readonly revoked: boolean };
  /** Where no account has the new key. */
  readonly secret: Secret | undefined;
}

/**
 * Puts a new key in the place of an old one: noted, made, tried, kept, and only then the old one revoked. Whatever ends
 * the process in between, the next rotation of the old or the new key finds the note and goes on: a new key that no
 * account has got is revoked, because its secret is lost, and one that is kept stays.
 */
export class KeyRotation {
  readonly #dependencies: KeyRotationDependencies;
  readonly #barriers: Barriers;
  readonly #at: RotatingAccount;

  constructor(at: RotatingAccount, dependencies: KeyRotationDependencies) {
    this.#at = at;
    this.#dependencies = dependencies;
    this.#barriers = dependencies.barriers ?? noBarriers;
  }

  /** `days`: default, as many as the old key was made for. Throws `KeytrayError`. */
  async rotate(id: string, days: number | undefined): Promise<Rotated> {
    const { account, provider } = this.#at;
    const { accounts, notes } = this.#dependencies;
    for (const other of accounts.all()) if (other.settings.apiKeys !== undefined) await other.load();
    const left = (await notes.of(account.id)).find(({ old, made }) => old === id || made === id);
    const keys = await provider.list('own');
    const rest = left === undefined ? { keys } : await this.#goOn(left, keys);
    if ('rotated' in rest) return rest.rotated;
    const old = rest.keys.find((key) => key.id === (left?.old ?? id));
    if (old === undefined) throw noSuchKey(account.id, provider.title);
    return await this.#begin(old, rest.keys, days);
  }

  async #begin(old: ServiceKey, keys: readonly ServiceKey[], days: number | undefined): Promise<Rotated> {
    const { account, provider, asker } = this.#at;
    const { notes } = this.#dependencies;
    const holders = this.#holders(keys, old);
    for (const holder of holders) await assertTakesAnother(holder);
    const name = nextName(old.name, new Set(keys.map((key) => key.name)));
    const note: RotationNote = { old: old.id, name, known: keys.map((key) => key.id) };
    await notes.keep(account.id, note);
    this.#barriers.reached('rotation_noted');
    let made: CreatedKey;
    try {
      made = await provider.create({ name, days: days ?? (provider.can.expiry ? daysOf(old) : undefined) });
    } catch (error) {
      // One that may have been made has a secret nobody knows. Where that cannot be put right now, the note stays.
      if (!asker.mayHaveHappened(error) || (await this.#revokeLost(note))) await notes.end(account.id, old.id);
      throw error;
    }
    this.#barriers.reached('new_key_made');
    await notes.keep(account.id, { ...note, made: made.key.id });
    this.#barriers.reached('new_key_noted');
    if (holders.length === 0) {
      await notes.end(account.id, old.id);
      return { key: made.key, accounts: [], old: { id: old.id, revoked: false }, secret: made.secret };
    }
    await this.#keepOrRevoke(made, holders, old.id);
    return await this.#finish(made.key, holders, old.id, true);
  }

  /** All holders or none: what one of them cannot take is revoked, unless another has it already. */
  async #keepOrRevoke(made: CreatedKey, holders: readonly Account[], old: string): Promise<void> {
    const { account, provider } = this.#at;
    let kept = 0;
    try {
      await this.#keep(made, holders, () => {
        kept += 1;
      });
    } catch (error) {
      if (kept > 0 || !(error instanceof KeytrayError)) throw error;
      const revoked = await revokedAgain(provider, made.key.id);
      if (revoked) await this.#dependencies.notes.end(account.id, old);
      throw notKept(error, account.id, made.key.name, revoked);
    }
  }

  async #keep(made: CreatedKey, holders: readonly Account[], kept: () => void): Promise<void> {
    const tried = [];
    for (const holder of holders) tried.push(await tryNewKey(holder, made, this.#dependencies, 'refuse'));
    for (const credential of tried) {
      await credential.keep();
      kept();
    }
  }

  async #finish(key: ServiceKey, holders: readonly Account[], old: string, listed: boolean): Promise<Rotated> {
    const { account, provider } = this.#at;
    const { notes, logger } = this.#dependencies;
    this.#barriers.reached('new_key_kept');
    try {
      if (listed) await provider.revoke({ id: old, owner: 'own' });
    } catch (error) {
      if (!(error instanceof KeytrayError)) throw error;
      // Revoked already, by a request whose answer was lost, or by a person.
      if (error.code !== 'not_found') {
        throw retold(error, {
          account: account.id,
          message: `the new key is in use, and the old one is not revoked yet: ${error.message}`,
          advice: 'Rotate the key again: it goes on here.',
        });
      }
    }
    this.#barriers.reached('old_key_revoked');
    await notes.end(account.id, old);
    logger.info('an API key was rotated', { account: account.id, old, key: key.id });
    return { key, accounts: holders.map(({ id }) => id), old: { id: old, revoked: true }, secret: undefined };
  }

  /** What an earlier process left: ended, where an account has the new key, else undone. */
  async #goOn(
    note: RotationNote,
    keys: readonly ServiceKey[],
  ): Promise<{ readonly rotated: Rotated } | { readonly keys: readonly ServiceKey[] }> {
    const { account, provider } = this.#at;
    const { notes, logger } = this.#dependencies;
    logger.warn('a rotation goes on that was broken off', { account: account.id, old: note.old });
    const made = madeBy(note, keys);
    const kept = made.find((key) => this.#holders(keys, key).length > 0);
    if (kept === undefined) {
      await this.#revokeAll(made);
      await notes.end(account.id, note.old);
      return { keys: await provider.list('own') };
    }
    const have = this.#holders(keys, kept);
    const want = this.#holders(keys, { id: note.old });
    const secret = have[0]?.record?.accessToken;
    if (secret !== undefined) await this.#keep({ key: kept, secret }, want, () => undefined);
    const listed = keys.some(({ id }) => id === note.old);
    return { rotated: await this.#finish(kept, [...have, ...want], note.old, listed) };
  }

  /** True where none is left. */
  async #revokeLost(note: RotationNote): Promise<boolean> {
    try {
      await this.#revokeAll(madeBy(note, await this.#at.provider.list('own')));
      return true;
    } catch (error) {
      const why = error instanceof Error ? error.message : 'unknown';
      this.#dependencies.logger.warn('a new key may be left behind', { account: this.#at.account.id, why });
      return false;
    }
  }

  async #revokeAll(keys: readonly ServiceKey[]): Promise<void> {
    for (const { id } of keys) {
      await this.#at.provider.revoke({ id, owner: 'own' }).catch((error: unknown) => {
        if (!(error instanceof KeytrayError) || error.code !== 'not_found') throw error;
      });
    }
  }

  #holders(keys: readonly ServiceKey[], { id }: Pick<ServiceKey, 'id'>): readonly Account[] {
    return holdersOf(this.#at.account, this.#dependencies.accounts.all(), keys, keys).get(id) ?? [];
  }
}

/** Those that a rotation has made. A name alone would also be that of a key somebody made before. */
export const madeBy = ({ made, name, known }: RotationNote, keys: readonly ServiceKey[]): readonly ServiceKey[] =>
  keys.filter((key) => (made === undefined ? key.name === name && !known.includes(key.id) : key.id === made));

async function assertTakesAnother(account: Account): Promise<void> {
  const { grant } = account.settings;
  const { id } = account;
  await assertKeeps(account);
  if (!('expiresAt' in grant) || grant.expiresAt === undefined) return;
  throw new KeytrayError('misconfigured', `expires_at of ${id} is the end of its present key`, {
    account: id,
    advice: 'Remove expires_at from the account, then rotate the key again.',
  });
}

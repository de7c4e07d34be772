import type { AccountRegistry } from '../accounts/account-registry.ts';
import { never, pause, within } from '../concurrency/pause.ts';
import { Turns } from '../concurrency/turns.ts';
import { KeytrayError } from '../errors.ts';
import type { Clock } from '../ports.ts';
import type { Refresher } from '../refresh/refresher.ts';
import type { Secret } from '../secret.ts';
import type { EncryptedFileStore } from '../stores/encrypted-file/encrypted-file-store.ts';
import { shortestPassphrase } from '../stores/encrypted-file/passphrase-keys.ts';
import type { UnlockResult } from '../stores/encrypted-file/sealed-vault.ts';
import { storeFailure } from '../stores/store-failure.ts';
import type { StoreApi } from '../wire/broker-api.ts';
import type { EncryptedFileView } from '../wire/store-schemas.ts';

export interface StoreRequestsDependencies {
  readonly store: EncryptedFileStore;
  readonly accounts: AccountRegistry;
  readonly refresher: Refresher;
  readonly clock: Clock;
  /** Whether the person has stopped all hand-outs. */
  readonly handOutsLocked: () => boolean;
}

/** One guess costs the work of the key derivation, and this, one after another. Milliseconds. */
const guessCost = 1_000;
/** Whoever unlocks sees the accounts come back, unless another store keeps one waiting. Milliseconds. */
const longestRecovery = 5_000;

/** The encrypted file by hand: unlock, lock, change its passphrase. */
export class StoreRequests implements StoreApi {
  readonly #dependencies: StoreRequestsDependencies;
  readonly #turns = new Turns();

  constructor(dependencies: StoreRequestsDependencies) {
    this.#dependencies = dependencies;
  }

  async view(): Promise<EncryptedFileView> {
    const { store } = this.#dependencies;
    const { note } = store;
    return { state: store.state(), present: await store.present(), ...(note === undefined ? {} : { note }) };
  }

  async unlock(passphrase: Secret, options: { readonly create: boolean }): Promise<void> {
    await this.#inTurn(async () => {
      const { store, handOutsLocked } = this.#dependencies;
      // The passphrase of the file ends the lock: a program could choose one to do so.
      if (options.create && handOutsLocked() && !(await store.present())) {
        throw new KeytrayError('access_denied', 'no encrypted file is made while Keytray is locked', {
          advice: 'Unlock Keytray first.',
        });
      }
      return await store.unlock(passphrase, options);
    });
  }

  async changePassphrase(old: Secret, next: Secret): Promise<void> {
    await this.#inTurn(() => this.#dependencies.store.changePassphrase(old, next));
  }

  /** Keys, items and what accounts had read of them are forgotten. */
  async lock(): Promise<void> {
    const { store, accounts, refresher } = this.#dependencies;
    const kept = [...accounts.all()].filter((account) => account.settings.store === store.backend);
    // A refresh that is under way has its new token to save.
    for (const account of kept) await refresher.settled(account);
    await store.lock();
    for (const account of kept) {
      account.unload();
      await account.load();
    }
  }

  async #inTurn(work: () => Promise<UnlockResult>): Promise<void> {
    await this.#turns.take(async () => this.#judge(await work()));
  }

  async #judge(result: UnlockResult): Promise<void> {
    const { accounts, clock } = this.#dependencies;
    switch (result.kind) {
      case 'unlocked':
      case 'created':
        await within(clock, longestRecovery, never, accounts.recoverAll());
        await within(clock, longestRecovery, never, accounts.loadAll());
        return;
      case 'wrong_passphrase':
        await pause(clock, guessCost, never);
        throw new KeytrayError('access_denied', 'this is not the passphrase of the encrypted file', {
          advice: 'Try again with the passphrase you chose for it.',
        });
      case 'no_file':
        throw new KeytrayError('invalid_request', 'there is no encrypted file yet', { fix: 'create_encrypted_file' });
      case 'too_short':
        throw new KeytrayError('invalid_request', `a passphrase has at least ${shortestPassphrase} characters`, {
          fix: 'choose_passphrase',
        });
      default:
        throw storeFailure(result);
    }
  }
}

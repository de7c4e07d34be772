import type { Account } from '../accounts/account.ts';
import type { AccountRegistry } from '../accounts/account-registry.ts';
import { secondsLeft } from '../accounts/token-age.ts';
import { inBackground } from '../concurrency/background.ts';
import { never, within } from '../concurrency/pause.ts';
import { keychainLockedNotice } from '../notices/notice-texts.ts';
import type { Clock, Logger, Notifier } from '../ports.ts';
import type { StoreKind } from '../services/shapes.ts';
import type { SecretStore, StoreState } from '../stores/secret-store.ts';

export interface StoreRecoveryOptions {
  readonly stores: Readonly<Record<StoreKind, SecretStore>>;
  readonly accounts: AccountRegistry;
  readonly notifier: Notifier;
  readonly clock: Clock;
  readonly logger: Logger;
}

// A status that waits longer than this for a keychain is no help to the person who asked.
const longestLook = 1_000;

/** What follows when a store is locked, unlocked or comes back: one notice, and accounts that work again by themselves. */
export class StoreRecovery {
  readonly #options: StoreRecoveryOptions;
  #shown: string | undefined;

  constructor(options: StoreRecoveryOptions) {
    this.#options = options;
    for (const store of Object.values(options.stores)) store.onChange?.(() => this.#changed());
  }

  /** The keychain's state as it is now. Where no account needs a keychain it is not asked, only told. */
  async state(): Promise<StoreState> {
    const { clock, stores } = this.#options;
    const { keychain } = stores;
    if (this.#users().length === 0 || !keychain.check) return keychain.state();
    return (await within(clock, longestLook, never, keychain.check())) ?? 'stuck';
  }

  #changed(): void {
    const { accounts, stores } = this.#options;
    const state = stores.keychain.state();
    if (state === 'locked') this.#show();
    if (state === 'unlocked') this.#withdraw();
    inBackground(this.#options.logger, 'recover the accounts of a store', accounts.recoverAll());
  }

  /** Once per lock: a keyring that also hangs for a moment is not news. */
  #show(): void {
    if (this.#shown !== undefined || this.#users().length === 0) return;
    const notice = keychainLockedNotice(this.#worksUntil());
    this.#shown = notice.id;
    this.#options.notifier.show(notice, () => undefined);
  }

  #withdraw(): void {
    if (this.#shown === undefined) return;
    this.#options.notifier.withdraw(this.#shown);
    this.#shown = undefined;
  }

  #users(): readonly Account[] {
    return [...this.#options.accounts.all()].filter(({ settings }) => settings.store === 'keychain');
  }

  /** The earliest end of a token that is still good. */
  #worksUntil(): number | undefined {
    const { clock } = this.#options;
    const left = this.#users()
      .map(({ record }) => (record === undefined ? 0 : secondsLeft(record, clock)))
      .filter((seconds) => seconds > 0 && Number.isFinite(seconds));
    return left.length === 0 ? undefined : clock.now() + Math.min(...left) * 1_000;
  }
}

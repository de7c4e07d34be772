import type { Config, StoreKind } from '../config/config.ts';
import { KeytrayError } from '../errors.ts';
import type { SecretStore } from '../keychain/secret-store.ts';
import type { Clock } from '../ports.ts';
import { services } from '../services/registry.ts';
import { resolveAccount } from '../services/resolve.ts';
import type { AccountSettings } from '../services/service.ts';
import { Account } from './account.ts';

export interface AccountRegistryDependencies {
  readonly clock: Clock;
  readonly stores: Readonly<Record<StoreKind, SecretStore>>;
  readonly changed: (id: string) => void;
  readonly removed: (id: string) => void;
}

/** The configured accounts by id. A reloaded config changes what changed and leaves sign-ins alone. */
export class AccountRegistry {
  readonly #dependencies: AccountRegistryDependencies;
  readonly #accounts = new Map<string, Account>();
  #loading: Promise<void> | undefined;

  constructor(dependencies: AccountRegistryDependencies) {
    this.#dependencies = dependencies;
  }

  configure(config: Config): void {
    for (const id of this.#accounts.keys()) {
      if (!config.accounts.has(id)) this.#remove(id);
    }
    for (const accountConfig of config.accounts.values()) {
      const service = services.get(accountConfig.service);
      // The config was validated against the same list.
      if (service === undefined) throw new TypeError(`no service named ${accountConfig.service}`);
      this.#apply(resolveAccount(accountConfig, service));
    }
  }

  all(): Iterable<Account> {
    return this.#accounts.values();
  }

  find(id: string): Account | undefined {
    return this.#accounts.get(id);
  }

  /** Throws `unknown_account`. */
  get(id: string): Account {
    const account = this.#accounts.get(id);
    if (account !== undefined) return account;
    throw new KeytrayError('unknown_account', `there is no account named ${JSON.stringify(id)}`, { account: id });
  }

  /** Reads the records not read yet, one after another: the keychain takes one call at a time anyway. */
  async loadAll(): Promise<void> {
    this.#loading ??= this.#loadUnread().finally(() => {
      this.#loading = undefined;
    });
    await this.#loading;
  }

  async #loadUnread(): Promise<void> {
    for (const account of this.#accounts.values()) {
      if (account.state.kind === 'unread') await account.load();
    }
  }

  #apply(settings: AccountSettings): void {
    const known = this.#accounts.get(settings.id);
    if (known !== undefined && known.settings.store === settings.store) {
      if (JSON.stringify(known.settings) !== JSON.stringify(settings)) known.reconfigure(settings);
      return;
    }
    const { clock, stores, changed } = this.#dependencies;
    const store = stores[settings.store];
    const account = new Account(settings, { store, clock, changed: () => changed(settings.id) });
    this.#accounts.set(settings.id, account);
    changed(settings.id);
  }

  #remove(id: string): void {
    this.#accounts.delete(id);
    this.#dependencies.removed(id);
  }
}

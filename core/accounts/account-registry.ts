import { SharedFlight } from '../concurrency/shared-flight.ts';
import type { Config } from '../config/config.ts';
import { resolveAccount } from '../config/resolve.ts';
import { KeytrayError } from '../errors.ts';
import type { Barriers, Clock, Logger } from '../ports.ts';
import { sourceOf } from '../services/grant.ts';
import { services } from '../services/registry.ts';
import type { AccountSettings } from '../services/service.ts';
import type { StoreKind } from '../services/shapes.ts';
import { MovingStore } from '../stores/move-store.ts';
import type { Placements } from '../stores/placements.ts';
import type { SecretStore } from '../stores/secret-store.ts';
import { storeWords } from '../stores/store-failure.ts';
import { Account } from './account.ts';
import { itemsOf } from './account-item.ts';

export interface AccountRegistryDependencies {
  readonly clock: Clock;
  readonly stores: Readonly<Record<StoreKind, SecretStore>>;
  readonly placements: Placements;
  readonly logger: Logger;
  readonly changed: (id: string) => void;
  readonly removed: (id: string) => void;
  readonly barriers?: Barriers | undefined;
}

/** The configured accounts by id. A reloaded config changes what changed and leaves sign-ins alone. */
export class AccountRegistry {
  readonly #dependencies: AccountRegistryDependencies;
  readonly #accounts = new Map<string, Account>();
  readonly #stores = new Map<string, MovingStore>();
  readonly #loading = new SharedFlight<void>();
  /** Read off the settings when it is first asked for: each change of an account asks. */
  #bySource: ReadonlyMap<string | undefined, readonly Account[]> | undefined;

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

  /** Those whose credential is made from that of another account. */
  madeFrom(source: string): readonly Account[] {
    this.#bySource ??= Map.groupBy(this.all(), ({ settings }) => sourceOf(settings.grant));
    return this.#bySource.get(source) ?? [];
  }

  /** Throws `unknown_account`. */
  get(id: string): Account {
    const account = this.#accounts.get(id);
    if (account !== undefined) return account;
    const message = `there is no account named ${JSON.stringify(id)}${beside([...this.#accounts.keys()])}`;
    throw new KeytrayError('unknown_account', message, { account: id });
  }

  /** Reads the records not read yet, one after another: the keychain takes one call at a time anyway. */
  async loadAll(): Promise<void> {
    await this.#loading.join(() => this.#loadUnread());
  }

  /** A store has changed its mind: asks again for what it would not tell, and saves what it refused. Never throws. */
  async recoverAll(): Promise<void> {
    for (const account of this.#accounts.values()) {
      await account.recover();
      await this.#stores.get(account.id)?.settle();
    }
  }

  async #loadUnread(): Promise<void> {
    for (const account of this.#accounts.values()) {
      if (account.state.kind === 'unread') await account.load();
    }
  }

  #apply(settings: AccountSettings): void {
    const known = this.#accounts.get(settings.id);
    if (known !== undefined) {
      if (JSON.stringify(known.settings) === JSON.stringify(settings)) return;
      this.#stores.get(settings.id)?.retarget(settings.store);
      this.#bySource = undefined;
      known.reconfigure(settings);
      this.#settle(settings.id);
      return;
    }
    const { clock, stores, placements, logger, changed, barriers } = this.#dependencies;
    const { id } = settings;
    const store = new MovingStore({
      account: id,
      items: itemsOf(id),
      store: settings.store,
      stores,
      placements,
      logger,
    });
    this.#stores.set(id, store);
    this.#bySource = undefined;
    this.#accounts.set(id, new Account(settings, { store, clock, barriers, changed: () => changed(id) }));
    changed(id);
  }

  /** The same account object goes on, so that a refresh under way writes where the move left off. */
  #settle(id: string): void {
    const { logger } = this.#dependencies;
    void this.#stores
      .get(id)
      ?.settle()
      .then((trouble) => {
        if (trouble === undefined) return;
        logger.warn('an account cannot be moved to its store yet', { account: id, why: storeWords(trouble) });
      });
  }

  #remove(id: string): void {
    this.#accounts.delete(id);
    this.#stores.delete(id);
    this.#bySource = undefined;
    this.#dependencies.removed(id);
  }
}

/** Enough to see a slip; a machine may have a thousand. */
const mostNamed = 8;

function beside(ids: readonly string[]): string {
  const others = ids.length - mostNamed;
  const named = ids.slice(0, mostNamed).join(', ');
  return ids.length === 0 ? '' : `; there are ${named}${others > 0 ? ` and ${others} more` : ''}`;
}

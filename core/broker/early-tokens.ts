import type { Account } from '../accounts/account.ts';
import type { AccountRegistry } from '../accounts/account-registry.ts';
import { minimumValidity, plannedLifetime, secondsLeft } from '../accounts/token-age.ts';
import { inBackground } from '../concurrency/background.ts';
import type { Clock, Logger } from '../ports.ts';
import type { Refresher } from '../refresh/refresher.ts';
import { traitsOf } from '../services/grant.ts';

export interface EarlyTokensDependencies {
  readonly accounts: AccountRegistry;
  readonly refresher: Pick<Refresher, 'refresh'>;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * `pre_authenticate`: a token is fetched once the account can be read, at the start and after each unlock, so that
 * trouble shows before work begins. It is no use of the account: nothing is kept fresh on its account.
 */
export class EarlyTokens {
  readonly #dependencies: EarlyTokensDependencies;
  readonly #looked = new Set<string>();
  #started = false;

  constructor(dependencies: EarlyTokensDependencies) {
    this.#dependencies = dependencies;
  }

  /** The stores have been read. */
  start(): void {
    this.#started = true;
    for (const account of this.#dependencies.accounts.all()) this.changed(account);
  }

  changed(account: Account): void {
    const { id, settings, state } = account;
    if (state.kind === 'unread' || state.kind === 'unreadable') return void this.#looked.delete(id);
    if (!this.#started || !settings.preAuthenticate || this.#looked.has(id)) return;
    this.#looked.add(id);
    inBackground(this.#dependencies.logger, 'fetch a token early', this.#fetch(account));
  }

  async #fetch(account: Account): Promise<void> {
    const { record, settings } = account;
    if (traitsOf(settings.grant.kind).renewal !== 'again') return;
    const { clock, refresher } = this.#dependencies;
    const wanted = record && minimumValidity(plannedLifetime(record), settings.minValidity);
    if (record !== undefined && wanted !== undefined && secondsLeft(record, clock) >= wanted) return;
    await refresher.refresh(account, { forced: false });
  }
}

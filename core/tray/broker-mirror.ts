import type { AccountView, BrokerEvent, StatusView } from '../wire/schemas.ts';

/** The accounts as the broker told of them last, for what must be drawn without asking. */
export class BrokerMirror {
  readonly #accounts = new Map<string, AccountView>();
  #handOuts: StatusView['hand_outs'];
  #configError: string | undefined;

  get accounts(): readonly AccountView[] {
    return [...this.#accounts.values()];
  }

  get handOuts(): StatusView['hand_outs'] {
    return this.#handOuts;
  }

  /** The configuration on disk is invalid. */
  get configError(): string | undefined {
    return this.#configError;
  }

  titleOf(account: string): string {
    return this.#accounts.get(account)?.title ?? account;
  }

  heard(event: BrokerEvent): void {
    switch (event.type) {
      case 'state':
        this.#accounts.clear();
        for (const account of event.status.accounts) this.#accounts.set(account.account, account);
        this.#handOuts = event.status.hand_outs;
        this.#configError = event.status.config.error;
        return;
      case 'account':
        this.#accounts.set(event.account.account, event.account);
        return;
      case 'account_removed':
        this.#accounts.delete(event.account);
        return;
      case 'login':
      case 'handed_out':
        return;
    }
  }
}

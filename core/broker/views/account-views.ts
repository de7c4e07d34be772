import type { Account } from '../../accounts/account.ts';
import type { AccountRegistry } from '../../accounts/account-registry.ts';
import { never, within } from '../../concurrency/pause.ts';
import { placeOf } from '../../errors.ts';
import type { Clock, Logger } from '../../ports.ts';
import type { PendingLogins } from '../../sign-in/pending-logins.ts';
import type { AccountView } from '../../wire/schemas.ts';
import { accountView, brokenView } from './account-view.ts';

// A status that waits longer than this for a keychain is no help to the person who asked.
const longestFirstRead = 2_000;

export interface AccountViewsDependencies {
  readonly logins: PendingLogins;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Builds what is told of each account by itself: a fault in one costs the others nothing. */
export class AccountViews {
  readonly #dependencies: AccountViewsDependencies;

  constructor(dependencies: AccountViewsDependencies) {
    this.#dependencies = dependencies;
  }

  /** Never throws: an account that cannot be told of is shown as degraded, with the reason. */
  of(account: Account): AccountView {
    const { logins, clock } = this.#dependencies;
    try {
      return accountView(account, logins, clock);
    } catch (error) {
      this.#report(account, error);
      return brokenView(account);
    }
  }

  /** All of them, once their records were read; as they are by then where a store takes too long. */
  async all(accounts: AccountRegistry): Promise<readonly AccountView[]> {
    await within(this.#dependencies.clock, longestFirstRead, never, accounts.loadAll());
    return [...accounts.all()].map((account) => this.of(account));
  }

  /** Tells the parts of the broker that an account has changed. One that fails keeps neither the others nor the caller. */
  tell(account: Account, parts: readonly (() => void)[]): void {
    for (const part of parts) {
      try {
        part();
      } catch (error) {
        this.#report(account, error);
      }
    }
  }

  #report({ id }: Account, error: unknown): void {
    this.#dependencies.logger.error('a fault in one account', { account: id, where: placeOf(error) });
  }
}

import type { Account } from '../accounts/account.ts';
import type { Clock } from '../ports.ts';
import type { Secret } from '../secret.ts';
import type { Refresher } from './refresher.ts';

const pauseBetween = 60_000;

/**
 * A tool's word that a token was refused (git's `erase`). A hint, never an order: it leads to a refresh only
 * for the token now in use, once per generation and once a minute, and never ends a login.
 */
export class RejectedTokens {
  readonly #refresher: Pick<Refresher, 'refresh'>;
  readonly #clock: Clock;
  readonly #last = new Map<string, { readonly generation: number; readonly at: number }>();

  constructor(refresher: Pick<Refresher, 'refresh'>, clock: Clock) {
    this.#refresher = refresher;
    this.#clock = clock;
  }

  async report(account: Account, value: Secret): Promise<void> {
    await account.load();
    const { record } = account;
    if (record === undefined || !record.accessToken.equals(value)) return;
    // There a refresh kills the token other tools are using right now.
    if (account.settings.refreshRevokesAccess) return;
    const last = this.#last.get(account.id);
    const now = this.#clock.monotonic();
    if (last !== undefined && (last.generation === record.generation || now - last.at < pauseBetween)) return;
    this.#last.set(account.id, { generation: record.generation, at: now });
    await this.#refresher.refresh(account, { forced: false });
  }
}

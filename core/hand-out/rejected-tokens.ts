import type { Account } from '../accounts/account.ts';
import { refreshRevokesAccess } from '../accounts/learned.ts';
import { isGiven } from '../accounts/renewal.ts';
import type { TokenRecord } from '../accounts/token-record.ts';
import type { TokenCheck } from '../oauth/token-check.ts';
import type { Clock, Logger } from '../ports.ts';
import type { Refresher } from '../refresh/refresher.ts';
import type { Secret } from '../secret.ts';

const pauseBetween = 60_000;

export interface RejectedTokensDependencies {
  readonly refresher: Pick<Refresher, 'refresh' | 'former'>;
  /** Asks the server that issued the record's tokens whether it takes one of them. Never throws. */
  readonly check: (account: Account, record: TokenRecord, token: Secret) => Promise<TokenCheck>;
  /** Asks the service about a key that nothing renews. Never throws. */
  readonly checkKey: (account: Account, value: Secret) => Promise<void>;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * A tool's word that a token was refused (git's `erase`). A hint, never an order: it leads to a refresh only
 * for the token now in use, once per generation and once a minute, and never ends a login.
 */
export class RejectedTokens {
  readonly #dependencies: RejectedTokensDependencies;
  readonly #last = new Map<string, { readonly generation: number; readonly at: number }>();

  constructor(dependencies: RejectedTokensDependencies) {
    this.#dependencies = dependencies;
  }

  async report(account: Account, value: Secret): Promise<void> {
    await account.load();
    const { record } = account;
    if (record === undefined) return;
    const { check, checkKey, refresher } = this.#dependencies;
    if (isGiven(account.settings.grant.kind)) return await checkKey(account, value);
    if (!record.accessToken.equals(value)) return await this.#judgeFormer(account, record, value);
    if (!this.#isNew(account, record)) return;
    // There a refresh kills the token other tools are using right now: the tool's word alone is not enough.
    if (refreshRevokesAccess(account) && (await check(account, record, value)) !== 'refused') return;
    await refresher.refresh(account, { forced: false });
  }

  /** A token that is dead before its end while its successor is good: the refresh in between has killed it. */
  /** Reports a token that a call of ours was refused with: whether another one is in force now. */
  async renewed(account: Account, value: Secret): Promise<boolean> {
    if (isGiven(account.settings.grant.kind)) return false;
    await this.report(account, value);
    return account.record?.accessToken.equals(value) === false;
  }

  async #judgeFormer(account: Account, record: TokenRecord, value: Secret): Promise<void> {
    const { check, logger, refresher } = this.#dependencies;
    if (account.settings.refreshRevokesAccess !== undefined || refreshRevokesAccess(account)) return;
    if (!refresher.former.isPromised(account, value) || !this.#isNew(account, record)) return;
    if ((await check(account, record, value)) !== 'refused' || !refresher.former.isPromised(account, value)) return;
    if ((await check(account, record, record.accessToken)) !== 'accepted') return;
    account.remarks.noteRefreshRevokesAccess();
    logger.info('a refresh ends the access token in use at this server; from now on the account is refreshed late', {
      account: account.id,
    });
  }

  #isNew({ id }: Account, { generation }: TokenRecord): boolean {
    const last = this.#last.get(id);
    const now = this.#dependencies.clock.monotonic();
    if (last !== undefined && (last.generation === generation || now - last.at < pauseBetween)) return false;
    this.#last.set(id, { generation, at: now });
    return true;
  }
}

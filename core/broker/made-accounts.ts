import type { Account } from '../accounts/account.ts';
import type { AccountRegistry } from '../accounts/account-registry.ts';
import { inBackground } from '../concurrency/background.ts';
import type { Logger } from '../ports.ts';
import type { Refresher } from '../refresh/refresher.ts';
import { sourceOf } from '../services/grant.ts';

export interface MadeAccountsDependencies {
  readonly accounts: AccountRegistry;
  readonly refresher: Pick<Refresher, 'settled'>;
  readonly logger: Logger;
}

/** Accounts whose credential is made from that of another one: what becomes of them when that one changes. */
export class MadeAccounts {
  readonly #dependencies: MadeAccountsDependencies;

  constructor(dependencies: MadeAccountsDependencies) {
    this.#dependencies = dependencies;
  }

  /** The source has changed: a token of a sign-in that is over is forgotten, and what kept another from being made is past. */
  changed(source: Account): void {
    const { state } = source;
    if (state.kind === 'unread' || state.kind === 'unreadable') return;
    for (const account of this.#dependencies.accounts.madeFrom(source.id)) {
      inBackground(this.#dependencies.logger, 'follow another account', this.#follow(account, source));
    }
  }

  /** The source was signed out: so are those made from it, and those made from them. */
  async signedOut(source: string): Promise<void> {
    for (const account of this.#dependencies.accounts.madeFrom(source)) {
      await this.#dependencies.refresher.settled(account);
      await forget(account);
      await this.signedOut(account.id);
    }
  }

  async #follow(account: Account, source: Account): Promise<void> {
    const { state } = source;
    await account.load();
    if (account.record !== undefined && state.kind === 'signed_out') return await this.signedOut(sourceIdOf(account));
    if (state.kind !== 'signed_in') return;
    if (isOfAnotherSignIn(account, source)) {
      // Whoever waits for one that is under way is not to be told that another came first.
      await this.#dependencies.refresher.settled(account);
      if (isOfAnotherSignIn(account, source)) await forget(account);
      return;
    }
    const { kind } = state.problem;
    if (kind === 'none') account.reconsider((problem) => (problem.kind === 'subject' ? { kind: 'none' } : problem));
  }
}

const sourceIdOf = ({ settings }: Account): string => sourceOf(settings.grant) ?? '';

function isOfAnotherSignIn({ record }: Account, { state }: Account): boolean {
  if (record?.source === undefined || state.kind !== 'signed_in') return false;
  return record.source !== state.record.signedInAt;
}

async function forget(account: Account): Promise<void> {
  await account.load();
  if (account.record !== undefined) await account.forget();
}

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
    for (const account of this.#madeFrom(source.id)) {
      inBackground(this.#dependencies.logger, 'follow another account', this.#follow(account, source));
    }
  }

  /** The source was signed out: so are those made from it, and those made from them. */
  async signedOut(source: string): Promise<void> {
    for (const account of this.#madeFrom(source)) {
      await this.#dependencies.refresher.settled(account);
      await forget(account);
      await this.signedOut(account.id);
    }
  }

  async #follow(account: Account, { state }: Account): Promise<void> {
    await account.load();
    const { record } = account;
    if (record !== undefined && state.kind === 'signed_out') return await this.signedOut(sourceIdOf(account));
    if (state.kind !== 'signed_in') return;
    if (record?.source !== undefined && record.source !== state.record.signedInAt) return await forget(account);
    const { kind } = state.problem;
    if (kind === 'none') account.reconsider((problem) => (problem.kind === 'subject' ? { kind: 'none' } : problem));
  }

  #madeFrom(source: string): readonly Account[] {
    return [...this.#dependencies.accounts.all()].filter((account) => sourceIdOf(account) === source);
  }
}

const sourceIdOf = ({ settings }: Account): string => sourceOf(settings.grant) ?? '';

async function forget(account: Account): Promise<void> {
  await account.load();
  if (account.record !== undefined) await account.forget();
}

import type { Account } from '../accounts/account.ts';
import { isGiven } from '../accounts/renewal.ts';
import type { TokenRecord } from '../accounts/token-record.ts';
import type { Clock, Notice, NoticeChoice, Notifier } from '../ports.ts';
import {
  brokenRotationNotice,
  keyEndsNotice,
  loginEndsNotice,
  misconfiguredNotice,
  movedNotice,
  otherPersonNotice,
  unavailableNotice,
} from './notice-texts.ts';

export interface AccountNoticesDependencies {
  readonly notifier: Notifier;
  readonly clock: Clock;
  /** The person clicked: their browser opens for a new sign-in, the old tokens stay until it succeeds. */
  readonly signIn: (account: string) => void;
}

const day = 86_400_000;

/** What the person should know of an account before anybody waits: each said once, taken back when it is settled. */
export class AccountNotices {
  readonly #dependencies: AccountNoticesDependencies;
  /** What was said, by account, with the notice's id. */
  readonly #said = new Map<string, { readonly matter: string; readonly id: string }>();

  constructor(dependencies: AccountNoticesDependencies) {
    this.#dependencies = dependencies;
  }

  /** Looks at the account as it is now; to be called on every change, and now and then. */
  look(account: Account): void {
    const notice = this.#wanted(account);
    const said = this.#said.get(account.id);
    if (said?.matter === notice?.matter) return;
    this.settled(account.id);
    if (notice === undefined) return;
    this.#said.set(account.id, { matter: notice.matter, id: notice.notice.id });
    this.#dependencies.notifier.show(notice.notice, (choice) => this.#chosen(account.id, choice));
  }

  settled(account: string): void {
    const said = this.#said.get(account);
    if (said === undefined) return;
    this.#said.delete(account);
    this.#dependencies.notifier.withdraw(said.id);
  }

  #wanted({ id, remarks, settings, state }: Account): { readonly matter: string; readonly notice: Notice } | undefined {
    if (state.kind !== 'signed_in' && state.kind !== 'ready') return undefined;
    const { problem } = state;
    if (problem.kind === 'misconfigured') {
      const { advice, error, why } = problem;
      if (advice !== undefined) return { matter: why, notice: unavailableNotice(id, settings.title, why, advice) };
      return { matter: error, notice: misconfiguredNotice(id, settings.title, error) };
    }
    const { brokenRotation, move, otherPerson } = remarks;
    if (otherPerson) return { matter: 'another person', notice: otherPersonNotice(id, settings.title) };
    if (move !== undefined) {
      return { matter: `moved to ${move.to}`, notice: movedNotice(id, settings.title, move.from, move.to) };
    }
    if (brokenRotation !== undefined) {
      return {
        matter: `rotation of ${brokenRotation}`,
        notice: brokenRotationNotice(id, settings.title, brokenRotation),
      };
    }
    if (state.kind !== 'signed_in') return undefined;
    if (isGiven(state.record.grant)) return this.#keyEnds(id, settings.title, state.record);
    const { loginEnd, signedInAt } = state.record;
    // A session that each refresh prolongs has no end to warn of.
    if (loginEnd === undefined || loginEnd.moves === 'yes') return undefined;
    const now = this.#dependencies.clock.now();
    const warnAhead = Math.min(day, (loginEnd.at - signedInAt) / 4);
    if (now < loginEnd.at - warnAhead || now >= loginEnd.at) return undefined;
    return { matter: `ends ${loginEnd.at}`, notice: loginEndsNotice(id, settings.title, loginEnd.at, now) };
  }

  /** 14 and 3 days before the end and at it, each only where the key lives at least twice as long. */
  #keyEnds(id: string, title: string, { lifetime, obtainedAt }: TokenRecord) {
    if (lifetime === undefined || !Number.isFinite(lifetime)) return undefined;
    const now = this.#dependencies.clock.now();
    const end = obtainedAt + lifetime * 1_000;
    const due = [0, 3, 14].find((days) => now >= end - days * day && lifetime * 1_000 >= 2 * days * day);
    return due === undefined
      ? undefined
      : { matter: `key ends ${end}, ${due}`, notice: keyEndsNotice(id, title, end, now) };
  }

  #chosen(account: string, choice: NoticeChoice): void {
    if (choice === 'renew') this.#dependencies.signIn(account);
  }
}

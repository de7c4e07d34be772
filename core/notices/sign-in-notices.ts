import type { Account } from '../accounts/account.ts';
import { isGiven } from '../accounts/renewal.ts';
import { servesAlone } from '../accounts/serves-alone.ts';
import type { Clock, NoticeChoice, Notifier, Timer } from '../ports.ts';
import { signInNotice, signInNoticeId } from './notice-texts.ts';
import { type Asked, asked, putAside, quietEnded, type Reminder, silent } from './reminder.ts';

export interface SignInNoticesDependencies {
  readonly notifier: Notifier;
  readonly clock: Clock;
  /** Milliseconds between the first notice and its first reminder. */
  readonly interval: () => number;
  /** The person clicked: their browser opens at the account's sign-in. */
  readonly signIn: (account: string) => void;
}

interface Matter {
  readonly account: Account;
  reminder: Reminder;
  asker: string | undefined;
  timer: Timer | undefined;
}

/**
 * Tells the person, once, that somebody waits for their sign-in. Whoever puts the notice aside is left alone until
 * the reminder interval has passed, and after it unless somebody still asks. Takes it back when the account works.
 */
export class SignInNotices {
  readonly #dependencies: SignInNoticesDependencies;
  readonly #matters = new Map<string, Matter>();

  constructor(dependencies: SignInNoticesDependencies) {
    this.#dependencies = dependencies;
  }

  /** A caller cannot be served before somebody signs in. `asker`: the tool, as people call it. */
  asked(account: Account, asker: string | undefined): void {
    const matter = this.#matters.get(account.id) ?? { account, reminder: silent, asker, timer: undefined };
    this.#matters.set(account.id, matter);
    matter.asker = asker;
    const { interval } = this.#dependencies;
    this.#become(matter, asked(matter.reminder, this.#now(), interval()));
  }

  /** The account works again, or is no longer there: nothing is left to say. */
  changed(account: Account): void {
    if (servesAlone(account, this.#dependencies.clock)) this.settled(account.id);
  }

  settled(id: string): void {
    const matter = this.#matters.get(id);
    if (matter === undefined) return;
    this.#matters.delete(id);
    matter.timer?.cancel();
    if (matter.reminder.kind === 'open') this.#dependencies.notifier.withdraw(signInNoticeId(id));
  }

  /** The person is at it: the notice has done its work, whatever becomes of the sign-in. */
  started(id: string): void {
    const matter = this.#matters.get(id);
    if (matter?.reminder.kind !== 'open') return;
    this.#dependencies.notifier.withdraw(signInNoticeId(id));
    this.#putAside(matter);
  }

  #become(matter: Matter, { reminder, show }: Asked): void {
    matter.reminder = reminder;
    if (show) this.#show(matter);
    if (reminder.kind === 'quiet' && reminder.asked) this.#remindAt(matter, reminder.quietUntil);
  }

  #show(matter: Matter): void {
    const { id, settings, state } = matter.account;
    const notice = signInNotice({
      account: id,
      title: settings.title,
      again: state.kind === 'signed_in' || (state.kind === 'signed_out' && state.why !== 'never'),
      asker: matter.asker,
      why: whyOf(matter.account),
    });
    this.#dependencies.notifier.show(notice, (choice) => this.#chosen(matter, choice));
  }

  #chosen(matter: Matter, choice: NoticeChoice): void {
    this.#putAside(matter);
    if (choice === 'sign_in') this.#dependencies.signIn(matter.account.id);
  }

  #putAside(matter: Matter): void {
    matter.reminder = putAside(matter.reminder);
  }

  /** A timer stands still while the machine sleeps, so it looks again when it fires. */
  #remindAt(matter: Matter, due: number): void {
    if (matter.timer !== undefined) return;
    const { clock, interval } = this.#dependencies;
    matter.timer = clock.after(due - this.#now(), () => {
      matter.timer = undefined;
      if (this.#matters.get(matter.account.id) !== matter) return;
      this.#become(matter, quietEnded(matter.reminder, this.#now(), interval()));
    });
  }

  #now(): number {
    return this.#dependencies.clock.uptime() * 1_000;
  }
}

function whyOf({ state, record }: Account): string {
  if (record !== undefined && isGiven(record.grant)) {
    return record.sessionEnded ? 'The service no longer takes the key.' : 'The key has ended.';
  }
  if (state.kind === 'signed_out' && state.why === 'never') return 'Nobody has signed in yet.';
  if (state.kind === 'signed_out' && state.why === 'logout') return 'You have signed out.';
  if (state.kind === 'signed_out' && state.why === 'registration_changed') {
    return 'Your tokens belong to another server or client than the configuration names.';
  }
  if (record !== undefined && record.refreshToken === undefined && !record.sessionEnded)
    return 'Your token has run out.';
  return 'Your session has ended.';
}

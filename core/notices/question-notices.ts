import { personOf } from '../oauth/token-reply.ts';
import type { NoticeChoice, Notifier } from '../ports.ts';
import type { PendingLogin } from '../sign-in/pending-login.ts';
import { signInQuestionNotice, signInQuestionNoticeId } from './notice-texts.ts';

export interface QuestionNoticesDependencies {
  readonly notifier: Notifier;
  /** The account, for people. */
  readonly titleOf: (account: string) => string;
  /** The person said whether to take the sign-in. */
  readonly answer: (login: PendingLogin, accept: boolean) => void;
}

/**
 * Asks the person, where no window can, about a sign-in that another browser brought. Once for each login, since the
 * question stands until it is answered; taken back when it is settled.
 */
export class QuestionNotices {
  readonly #dependencies: QuestionNoticesDependencies;
  /** The login asked about, by account. */
  readonly #asked = new Map<string, PendingLogin>();

  constructor(dependencies: QuestionNoticesDependencies) {
    this.#dependencies = dependencies;
  }

  look(login: PendingLogin): void {
    const { account, phase } = login;
    const question = phase.kind === 'started' ? phase.question : undefined;
    const asked = this.#asked.get(account);
    if (question === undefined) {
      if (asked === login) this.settled(account);
      return;
    }
    if (asked === login) return;
    this.#asked.set(account, login);
    const { notifier, titleOf } = this.#dependencies;
    const who = question.identity && personOf(question.identity);
    notifier.show(signInQuestionNotice(account, titleOf(account), who), (choice) => this.#chosen(login, choice));
  }

  settled(account: string): void {
    if (this.#asked.delete(account)) this.#dependencies.notifier.withdraw(signInQuestionNoticeId(account));
  }

  /** Put aside is no answer: the terminal can still give one. */
  #chosen(login: PendingLogin, choice: NoticeChoice): void {
    if (choice === 'take' || choice === 'refuse') this.#dependencies.answer(login, choice === 'take');
  }
}

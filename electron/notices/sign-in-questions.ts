import type { BrokerEvent } from '../../core/wire/schemas.ts';

/** Brings up the account whose sign-in asks something, once for each sign-in: the person may have put it aside. */
export class SignInQuestions {
  readonly #show: (account: string) => void;
  #last: string | undefined;

  constructor(show: (account: string) => void) {
    this.#show = show;
  }

  heard(event: BrokerEvent): void {
    if (event.type !== 'login' || event.login.confirm === undefined) return;
    const { login_id: id, account } = event.login;
    if (id === this.#last) return;
    this.#last = id;
    this.#show(account);
  }
}

import { KeytrayError } from '../errors.ts';
import type { Clock } from '../ports.ts';
import { PendingLogin } from './pending-login.ts';

const keptAfterEnd = 600_000;

/** All pending logins: one per account, found by account or by id; an ended one stays readable for 10 minutes. */
export class PendingLogins {
  readonly #clock: Clock;
  readonly #changed: (login: PendingLogin) => void;
  readonly #byId = new Map<string, PendingLogin>();
  readonly #byAccount = new Map<string, PendingLogin>();

  constructor(clock: Clock, changed: (login: PendingLogin) => void) {
    this.#clock = clock;
    this.#changed = changed;
  }

  /** Creates the account's pending login, or joins the one there is. */
  request(account: string): PendingLogin {
    const known = this.of(account);
    if (known !== undefined) return known;
    const login = new PendingLogin(account, this.#changed);
    this.#byId.set(login.id, login);
    this.#byAccount.set(account, login);
    void login.ended.then(() => {
      if (this.#byAccount.get(account) === login) this.#byAccount.delete(account);
      this.#clock.after(keptAfterEnd, () => this.#byId.delete(login.id));
    });
    this.#changed(login);
    return login;
  }

  of(account: string): PendingLogin | undefined {
    const login = this.#byAccount.get(account);
    return login?.open === true ? login : undefined;
  }

  find(id: string): PendingLogin {
    const login = this.#byId.get(id);
    if (login === undefined) throw new KeytrayError('unknown_login', 'there is no such login, or it ended long ago');
    return login;
  }

  open(): readonly PendingLogin[] {
    return [...this.#byAccount.values()].filter((login) => login.open);
  }
}

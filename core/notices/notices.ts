import type { Account } from '../accounts/account.ts';
import type { AccountRegistry } from '../accounts/account-registry.ts';
import { type ServerDirectory, wordsOf } from '../accounts/server-directory.ts';
import type { Clock, Logger, Notifier, Timer } from '../ports.ts';
import type { PendingLogin } from '../sign-in/pending-login.ts';
import { SharedRedirects } from '../sign-in/shared-redirects.ts';
import { AccountNotices } from './account-notices.ts';
import { QuestionNotices } from './question-notices.ts';
import { SignInNotices } from './sign-in-notices.ts';

export interface NoticesDependencies {
  readonly accounts: AccountRegistry;
  readonly servers: ServerDirectory;
  readonly notifier: Notifier;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Starts or joins the account's sign-in in the person's browser. */
  readonly openBrowser: (account: string) => Promise<unknown>;
  /** Whether to take the sign-in that another browser brought; undefined where a window asks. */
  readonly confirm: ((loginId: string, accept: boolean) => Promise<unknown>) | undefined;
}

// The end of a login comes nearer although nothing happens.
const lookEvery = 600_000;
const minute = 60_000;

/** Joins the accounts' changes to the notices people get of them. */
export class Notices {
  readonly #dependencies: NoticesDependencies;
  readonly #signIns: SignInNotices;
  readonly #accounts: AccountNotices;
  readonly #questions: QuestionNotices | undefined;
  readonly #redirects: SharedRedirects;
  readonly #warned = new Set<string>();
  #interval = 15 * minute;
  #timer: Timer | undefined;

  constructor(dependencies: NoticesDependencies) {
    this.#dependencies = dependencies;
    const { notifier, clock } = dependencies;
    const signIn = (account: string): void => this.#signIn(account);
    this.#signIns = new SignInNotices({ notifier, clock, signIn, interval: () => this.#interval });
    this.#accounts = new AccountNotices({ notifier, clock, signIn });
    const { confirm } = dependencies;
    this.#questions =
      confirm &&
      new QuestionNotices({
        notifier,
        titleOf: (account) => dependencies.accounts.find(account)?.settings.title ?? account,
        answer: ({ id, account }, accept) => this.#try(account, confirm(id, accept)),
      });
    this.#redirects = new SharedRedirects(() => dependencies.accounts.all(), dependencies.servers);
  }

  /** `reminder`: minutes, as the config says. */
  configure(reminder: number): void {
    this.#interval = reminder * minute;
  }

  /** What is wrong with the accounts as they are configured, a line each; undefined: nothing that is known. */
  warnings(): string[] | undefined {
    const found = this.#redirects.warnings();
    return found.length === 0 ? undefined : [...found];
  }

  start(): void {
    this.#warn().catch(() => undefined);
    for (const account of this.#dependencies.accounts.all()) this.#accounts.look(account);
    this.#timer = this.#dependencies.clock.after(lookEvery, () => this.start());
  }

  stop(): void {
    this.#timer?.cancel();
  }

  /** A caller cannot be served before somebody signs in. */
  asked(account: Account, asker: string | undefined): void {
    this.#signIns.asked(account, asker);
  }

  accountChanged(account: Account): void {
    this.#signIns.changed(account);
    this.#accounts.look(account);
  }

  accountRemoved(id: string): void {
    this.#signIns.settled(id);
    this.#accounts.settled(id);
    this.#questions?.settled(id);
  }

  loginChanged(login: PendingLogin): void {
    if (login.phase.kind === 'started') this.#signIns.started(login.account);
    this.#questions?.look(login);
  }

  async #warn(): Promise<void> {
    for (const warning of await this.#redirects.look()) {
      if (!this.#warned.has(warning)) this.#dependencies.logger.warn(warning);
      this.#warned.add(warning);
    }
  }

  #signIn(account: string): void {
    this.#try(account, this.#dependencies.openBrowser(account));
  }

  #try(account: string, done: Promise<unknown>): void {
    const { logger } = this.#dependencies;
    done.catch((error: unknown) => {
      logger.warn('a click on a notice led nowhere', { account, why: wordsOf(error) });
    });
  }
}

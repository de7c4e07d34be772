import type { Account } from '../accounts/account.ts';
import type { ServerDirectory } from '../accounts/server-directory.ts';
import { inBackground } from '../concurrency/background.ts';
import { within } from '../concurrency/pause.ts';
import { assertNever, KeytrayError } from '../errors.ts';
import type { Clock, Http, Logger, UserAgent } from '../ports.ts';
import { FieldSignIn } from '../sign-in/field-sign-in.ts';
import type { EntryObtaining } from '../sign-in/given.ts';
import { obtainingOf } from '../sign-in/obtain.ts';
import type { PendingLogin } from '../sign-in/pending-login.ts';
import type { PendingLogins } from '../sign-in/pending-logins.ts';
import type { SignIn } from '../sign-in/sign-in.ts';
import type { CallbackRequest, LoginRequest, LoginView } from '../wire/schemas.ts';
import { loginViewWithCode } from './views/account-view.ts';

export interface SignInApiDependencies {
  readonly logins: PendingLogins;
  readonly signIn: SignIn;
  readonly servers: ServerDirectory;
  readonly http: Http;
  readonly userAgent: UserAgent;
  /** Gets a new token now, past our own back-off. Throws `KeytrayError`. */
  readonly fetchToken: (account: Account) => Promise<unknown>;
  readonly clock: Clock;
  readonly logger: Logger;
}

const ways = { browser: 'browser', none: 'address', paste: 'address', device: 'device' } as const;

/** What the local API does with pending logins: start, follow, finish, cancel. */
export class SignInApi {
  readonly #dependencies: SignInApiDependencies;
  readonly #fieldSignIn: FieldSignIn;

  constructor(dependencies: SignInApiDependencies) {
    this.#dependencies = dependencies;
    this.#fieldSignIn = new FieldSignIn(dependencies);
  }

  /** Where nobody is needed, the token is fetched at once: the login of the answer has ended. */
  async start(account: Account, request: LoginRequest): Promise<LoginView> {
    const obtaining = obtainingOf(account.settings.grant);
    switch (obtaining.kind) {
      case 'browser':
        return await this.#startInBrowser(account, request);
      case 'fields':
        return await this.#startEntry(account, obtaining, request);
      case 'nobody':
        return await this.#obtain(account);
      default:
        return assertNever(obtaining);
    }
  }

  async #obtain(account: Account): Promise<LoginView> {
    const { fetchToken, logins } = this.#dependencies;
    await fetchToken(account);
    const login = logins.request(account.id);
    login.become({ kind: 'succeeded', identity: account.record?.identity });
    return loginViewWithCode(login);
  }

  async #startEntry(account: Account, obtaining: EntryObtaining, request: LoginRequest): Promise<LoginView> {
    const options = { openPage: request.user_agent === 'browser', acceptOther: request.switch ?? false };
    return loginViewWithCode(await this.#fieldSignIn.start(account, obtaining, options));
  }

  async #startInBrowser(account: Account, request: LoginRequest): Promise<LoginView> {
    const { login, address } = await this.#dependencies.signIn.start(account, {
      way: ways[request.user_agent],
      acceptOther: request.switch ?? false,
    });
    const view = loginViewWithCode(login);
    // Told once, to the one who asked for it: whoever else follows the login has no use for it.
    return address === undefined || !login.open ? view : { ...view, authorization_url: address.href };
  }

  view(loginId: string): LoginView {
    return loginViewWithCode(this.#dependencies.logins.find(loginId));
  }

  async wait(loginId: string, seconds: number, signal: AbortSignal): Promise<LoginView> {
    const { clock, logins } = this.#dependencies;
    const login = logins.find(loginId);
    await within(clock, seconds * 1_000, signal, login.ended);
    return loginViewWithCode(login);
  }

  async finish(loginId: string, callback: CallbackRequest): Promise<LoginView> {
    const login = this.#dependencies.logins.find(loginId);
    if ('fields' in callback) {
      await this.#fieldSignIn.finish(login, { fields: callback.fields, unchecked: callback.unchecked ?? false });
      return loginViewWithCode(login);
    }
    if ('code' in callback) {
      throw new KeytrayError('invalid_request', 'paste the whole address the browser ended at, not the code alone', {
        loginId,
      });
    }
    await this.#dependencies.signIn.finishByPaste(login, new URL(callback.redirect_url));
    return loginViewWithCode(login);
  }

  async confirm(loginId: string, accept: boolean): Promise<LoginView> {
    const login = this.#dependencies.logins.find(loginId);
    await this.#dependencies.signIn.confirm(login, accept);
    return loginViewWithCode(login);
  }

  cancel(loginId: string): LoginView {
    const login = this.#dependencies.logins.find(loginId);
    this.#cancel(login);
    return loginViewWithCode(login);
  }

  /** The account has changed, and may work again without a person. */
  accountChanged(account: Account): void {
    this.#dependencies.signIn.healed(account);
  }

  /** The account's pending login, if any, is over: the account signs out or goes. */
  drop(account: string): void {
    const login = this.#dependencies.logins.of(account);
    if (login !== undefined) this.#cancel(login);
  }

  #cancel(login: PendingLogin): void {
    const { signIn, logger } = this.#dependencies;
    inBackground(logger, 'cancel a sign-in', signIn.cancel(login));
  }
}

import type { Account } from '../accounts/account.ts';
import { type ServerDirectory, serverFailure } from '../accounts/server-directory.ts';
import { servesAlone } from '../accounts/serves-alone.ts';
import type { KeytrayError } from '../errors.ts';
import type { AuthorizationServer } from '../oauth/authorization-server.ts';
import type { CallbackPage } from '../oauth/callback-page.ts';
import type { RefusedTokens } from '../oauth/token-reply.ts';
import type { Clock, Logger, LoopbackPeers, UserAgent } from '../ports.ts';
import { storeFailure } from '../stores/store-failure.ts';
import { acceptTokens, type SignedIn } from './accept-tokens.ts';
import { type Answered, type BegunAt, type BrowserSignIn, exchangeCode, notOpenPage } from './browser.ts';
import { BrowserListeners } from './browser-listeners.ts';
import { type DeviceSignIn, deviceEndpointOf, openDeviceSignIn } from './device.ts';
import { giveBack, givingBackAside, goesBack, tokensOf } from './give-back.ts';
import { LoginAttempt, type SignInMethod } from './login-attempt.ts';
import { asksNothing, strangeAddress, takesNoAddress } from './paste-failures.ts';
import type { PendingLogin } from './pending-login.ts';
import type { PendingLogins } from './pending-logins.ts';
import { addressToOpen, beginAt, hintAtErrorPage, showBrowser } from './show-browser.ts';
import { type Ending, endingPage, refuse } from './sign-in-ending.ts';
import type { SignInOptions, StartedSignIn } from './sign-in-options.ts';

export interface SignInDependencies {
  readonly servers: ServerDirectory;
  readonly logins: PendingLogins;
  readonly userAgent: UserAgent;
  readonly peers: LoopbackPeers;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** A sign-in from the first request to the stored record, by browser, by paste or by device code. */
export class SignIn {
  readonly #dependencies: SignInDependencies;
  readonly #attempts = new Map<string, LoginAttempt>();
  readonly #browserListeners = new BrowserListeners();

  constructor(dependencies: SignInDependencies) {
    this.#dependencies = dependencies;
  }

  /** Starts the account's pending login, or joins it and adds a way to finish it. */
  async start(account: Account, options: SignInOptions): Promise<StartedSignIn> {
    await account.load();
    // Whoever signs in now would do it for nothing: the tokens could not be kept.
    if (account.state.kind === 'unreadable') throw storeFailure(account.state.trouble, account.id);
    const { way, acceptOther } = options;
    // Looked up before there is a login: what the server cannot do must not end one that waits for a browser.
    if (way === 'device') deviceEndpointOf(await this.#serverOf(account), account.settings);
    const attempt = this.#attemptAt(account);
    let address: URL | undefined;
    if (way === 'device') {
      await attempt.joinDevice(() => this.#openDevice(attempt));
    } else {
      const at = way === 'browser' ? 'start' : 'address';
      const browser = await attempt.joinBrowser(() => this.#openBrowser(attempt, acceptOther, at));
      // Its time ran out while we joined it, and the person has only just come.
      if (attempt.login.phase.kind === 'expired') return await this.start(account, options);
      const begun = await beginAt(attempt, browser, at);
      attempt.show();
      if (way === 'address') address = await addressToOpen(attempt, begun);
      else if (attempt.login.open) await showBrowser(attempt, browser, this.#dependencies);
    }
    attempt.acceptOther ||= acceptOther;
    return { login: attempt.login, address };
  }

  /** The person pasted the address their browser ended at. Throws `invalid_request` unless it is the answer. */
  async finishByPaste(login: PendingLogin, redirectUrl: URL): Promise<void> {
    const attempt = this.#attempts.get(login.id);
    const way = await attempt?.browser();
    if (attempt === undefined || way === undefined || !login.open) throw takesNoAddress(login);
    const answered = way.judge(redirectUrl);
    if (answered.kind === 'stray') {
      throw strangeAddress(login, answered.why);
    }
    const ending = await this.#finish(attempt, 'browser', () => this.#exchange(attempt, way, answered));
    if (ending !== undefined) way.conclude(endingPage(ending, attempt.account.settings.title));
  }

  /**
   * The person has seen who would be signed in from another browser, and says whether to take it. A no leaves the
   * login open. Throws `invalid_request` where nothing is asked.
   */
  async confirm(login: PendingLogin, accept: boolean): Promise<void> {
    const attempt = this.#attempts.get(login.id);
    if (attempt?.otherBrowser.question === undefined) throw asksNothing(login);
    if (!accept) return await attempt.otherBrowser.refuse();
    const held = attempt.otherBrowser.take();
    if (held === undefined) return;
    const ending = await this.#finish(attempt, 'browser', () => held);
    // The tokens that were stored meanwhile decide what may be given back.
    if (ending === undefined) return void login.ended.then(() => this.#giveBack(attempt.account, held));
    (await attempt.browser())?.conclude(endingPage(ending, attempt.account.settings.title));
  }

  async cancel(login: PendingLogin): Promise<void> {
    const attempt = this.#attempts.get(login.id);
    login.become({ kind: 'cancelled', note: attempt?.otherBrowser.unanswered });
    await attempt?.stop();
  }

  /** The broker ends: pages of sign-ins are shown no longer. */
  async close(): Promise<void> {
    await this.#browserListeners.close();
  }

  /** The account works again by itself: whoever waits for a sign-in that no person has begun is served. */
  healed(account: Account): void {
    const login = this.#dependencies.logins.of(account.id);
    if (login === undefined || this.#attempts.has(login.id)) return;
    if (servesAlone(account, this.#dependencies.clock)) {
      login.become({ kind: 'succeeded', identity: account.record?.identity });
    }
  }

  #attemptAt(account: Account): LoginAttempt {
    const login = this.#dependencies.logins.request(account.id);
    const known = this.#attempts.get(login.id);
    if (known !== undefined) return known;
    const attempt = new LoginAttempt(login, account, {
      giveBack: (signedIn) => this.#giveBack(account, signedIn),
      goesBack: ({ server, reply }) => goesBack(account, server, tokensOf(reply)),
    });
    this.#attempts.set(login.id, attempt);
    void login.ended.then(() => this.#attempts.delete(login.id));
    return attempt;
  }

  async #serverOf(account: Account): Promise<AuthorizationServer> {
    try {
      return await this.#dependencies.servers.of(account);
    } catch (error) {
      throw serverFailure(error, account);
    }
  }

  async #openBrowser(attempt: LoginAttempt, acceptOther: boolean, first: BegunAt): Promise<BrowserSignIn> {
    const { account } = attempt;
    const { settings, record } = account;
    const way = await this.#browserListeners.open(attempt.login, {
      ...this.#dependencies,
      server: await this.#dependencies.servers.of(account),
      settings,
      loginHint: acceptOther ? undefined : (settings.expect?.email ?? record?.identity?.email),
      first,
      answer: (answering, answered) => this.#answer(attempt, answering, answered),
      fromElsewhere: (answering, answered) => this.#fromElsewhere(attempt, answering, answered),
      refused: (why) => attempt.note(why),
      troubled: (why) => attempt.note(why),
      strayed: (why) => attempt.note(`something came that was not its answer (${why})`),
    });
    void way.expired.then(() => attempt.over('browser'));
    hintAtErrorPage(attempt, this.#dependencies.clock);
    return way;
  }

  async #openDevice(attempt: LoginAttempt): Promise<DeviceSignIn> {
    const { clock, logger } = this.#dependencies;
    const { account } = attempt;
    const server = await this.#dependencies.servers.of(account);
    const way = await openDeviceSignIn({
      server,
      refused: givingBackAside(attempt, server, logger),
      settings: account.settings,
      clock,
      clockSkew: account.record?.clockSkew,
      onTrouble: ({ message }) => logger.info('sign-in by code: asking again', { account: account.id, why: message }),
    });
    void this.#followDevice(attempt, way);
    return way;
  }

  /** Never rejects. */
  async #followDevice(attempt: LoginAttempt, way: DeviceSignIn): Promise<void> {
    const { account } = attempt;
    try {
      const outcome = await way.outcome;
      if (outcome.kind === 'expired') attempt.over('device');
      else if (outcome.kind === 'denied') await this.#finish(attempt, 'device', () => refuse(outcome, account));
      else if (outcome.kind === 'granted') {
        const signedIn = { server: way.server, reply: outcome.reply };
        const ending = await this.#finish(attempt, 'device', () => signedIn);
        if (ending === undefined) void attempt.login.ended.then(() => this.#giveBack(account, signedIn));
      }
    } catch (error) {
      attempt.over('device', this.#failureOf(error, account));
    }
  }

  async #answer(attempt: LoginAttempt, way: BrowserSignIn, answered: Answered): Promise<CallbackPage> {
    const { title } = attempt.account.settings;
    const ending = await this.#finish(attempt, 'browser', () => this.#exchange(attempt, way, answered));
    return ending === undefined ? notOpenPage(title) : endingPage(ending, title);
  }

  /** Neither finishes nor ends the login: who sends it may have read the authorization URL somewhere. */
  #fromElsewhere(attempt: LoginAttempt, way: BrowserSignIn, answered: Answered): void {
    // A refusal's words are of whoever made them up, and go to nobody's terminal.
    if (answered.answer.kind === 'denied') attempt.note('a refusal came from another browser or profile');
    else {
      const refused = givingBackAside(attempt, way.server, this.#dependencies.logger);
      void attempt.otherBrowser.answered(() => exchangeCode(attempt.account, way, answered, refused));
    }
  }

  async #exchange({ account }: LoginAttempt, way: BrowserSignIn, answered: Answered): Promise<SignedIn> {
    const back = (tokens: RefusedTokens) => giveBack(account, way.server, tokens, this.#dependencies.logger);
    return await exchangeCode(account, way, answered, back);
  }

  async #giveBack(account: Account, { server, reply }: SignedIn): Promise<void> {
    await giveBack(account, server, tokensOf(reply), this.#dependencies.logger);
  }

  /** The first way to come to an end ends the login; undefined for any other, and for one that was cancelled. */
  async #finish(
    attempt: LoginAttempt,
    way: SignInMethod,
    complete: () => SignedIn | Promise<SignedIn>,
  ): Promise<Ending | undefined> {
    const { account, login } = attempt;
    if (!attempt.claim(way)) return undefined;
    try {
      const { server, reply } = await complete();
      const { acceptOther } = attempt;
      if (!login.open) {
        await this.#giveBack(account, { server, reply });
        return undefined;
      }
      await acceptTokens({ account, loginId: login.id, server, reply, acceptOther }, this.#dependencies);
      login.become({ kind: 'succeeded', identity: reply.identity });
      return { identity: reply.identity };
    } catch (error) {
      const failure = this.#failureOf(error, account);
      login.become({ kind: 'failed', failure });
      return { failure };
    }
  }

  #failureOf(error: unknown, account: Account): KeytrayError {
    const failure = serverFailure(error, account);
    this.#dependencies.logger.warn('sign-in failed', { account: account.id, why: failure.message });
    return failure;
  }
}

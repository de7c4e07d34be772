import { KeytrayError } from '../errors.ts';
import { completeAuthorization } from '../oauth/authorization-response.ts';
import type { AuthorizationServer } from '../oauth/authorization-server.ts';
import type { CallbackPage } from '../oauth/callback-page.ts';
import type { Identity, TokenReply } from '../oauth/token-reply.ts';
import type { Clock, Logger, UserAgent } from '../ports.ts';
import { acceptTokens } from './accept-tokens.ts';
import type { Account } from './account.ts';
import { type BrowserWay, notOpenPage, openBrowserWay, type RedirectAnswer } from './browser-way.ts';
import { type DeviceWay, deviceEndpointOf, openDeviceWay } from './device-way.ts';
import { LoginAttempt, type WayName } from './login-attempt.ts';
import type { LoginDesk } from './login-desk.ts';
import type { PendingLogin } from './pending-login.ts';
import { type ServerDirectory, serverFailure, wordsOf } from './server-directory.ts';
import { servesAlone } from './serves-alone.ts';
import { storeFailure } from './store-failure.ts';

export interface SignInDependencies {
  readonly servers: ServerDirectory;
  readonly logins: LoginDesk;
  readonly userAgent: UserAgent;
  readonly clock: Clock;
  readonly logger: Logger;
}

export interface SignInOptions {
  /** `browser` opens the person's browser, `address` leaves that to the person; `device` shows a code. */
  readonly way: 'browser' | 'address' | 'device';
  readonly acceptOther: boolean;
}

interface SignedIn {
  readonly server: AuthorizationServer;
  readonly reply: TokenReply;
}

type Ending = { readonly identity: Identity | undefined } | { readonly failure: KeytrayError };

/** A sign-in from the first request to the stored record, by browser, by paste or by device code. */
export class SignIn {
  readonly #dependencies: SignInDependencies;
  readonly #attempts = new Map<string, LoginAttempt>();

  constructor(dependencies: SignInDependencies) {
    this.#dependencies = dependencies;
  }

  /** Starts the account's pending login, or joins it and adds a way to finish it. */
  async start(account: Account, options: SignInOptions): Promise<PendingLogin> {
    await account.load();
    // Whoever signs in now would do it for nothing: the tokens could not be kept.
    if (account.state.kind === 'unreadable') throw storeFailure(account.state.trouble, account.id);
    const { way, acceptOther } = options;
    // Looked up before there is a login: what the server cannot do must not end one that waits for a browser.
    if (way === 'device') deviceEndpointOf(await this.#serverOf(account), account.settings);
    const attempt = this.#attemptAt(account);
    if (way === 'device') {
      await attempt.joinDevice(() => this.#openDevice(attempt));
    } else {
      const browser = await attempt.joinBrowser(() => this.#openBrowser(attempt, acceptOther));
      // Its time ran out while we joined it, and the person has only just come.
      if (attempt.login.phase.kind === 'expired') return await this.start(account, options);
      if (way === 'browser' && attempt.login.open) await this.#showBrowser(account, browser);
    }
    attempt.acceptOther ||= acceptOther;
    return attempt.login;
  }

  /** The person pasted the address their browser ended at. Throws `invalid_request` unless it is the answer. */
  async finishByPaste(login: PendingLogin, redirectUrl: URL): Promise<void> {
    const attempt = this.#attempts.get(login.id);
    const way = await attempt?.browser();
    if (attempt === undefined || way === undefined || !login.open) {
      throw new KeytrayError('invalid_request', 'this login waits for no address', { loginId: login.id });
    }
    const verdict = way.judge(redirectUrl);
    if (verdict.kind === 'stray') {
      throw new KeytrayError('invalid_request', `this is not the answer to this login: ${verdict.why}`, {
        loginId: login.id,
      });
    }
    await this.#answer(attempt, way, verdict);
    await way.stop();
  }

  async cancel(login: PendingLogin): Promise<void> {
    login.become({ kind: 'cancelled' });
    await this.#attempts.get(login.id)?.stop();
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
    const attempt = new LoginAttempt(login, account);
    this.#attempts.set(login.id, attempt);
    void login.ended.then(() => this.#attempts.delete(login.id));
    return attempt;
  }

  async #serverOf(account: Account): Promise<AuthorizationServer> {
    try {
      return await this.#dependencies.servers.of(account);
    } catch (error) {
      throw serverFailure(error, account.id);
    }
  }

  async #openBrowser(attempt: LoginAttempt, acceptOther: boolean): Promise<BrowserWay> {
    const { account } = attempt;
    const { settings, record } = account;
    const way = await openBrowserWay({
      server: await this.#dependencies.servers.of(account),
      settings,
      clock: this.#dependencies.clock,
      loginHint: acceptOther ? undefined : (settings.expect?.email ?? record?.identity?.email),
      answer: (answered, verdict) => this.#answer(attempt, answered, verdict),
    });
    void way.expired.then(() => attempt.over('browser'));
    return way;
  }

  async #openDevice(attempt: LoginAttempt): Promise<DeviceWay> {
    const { clock, logger } = this.#dependencies;
    const { account } = attempt;
    const way = await openDeviceWay({
      server: await this.#dependencies.servers.of(account),
      settings: account.settings,
      clock,
      clockSkew: account.record?.clockSkew,
      onTrouble: ({ message }) => logger.info('sign-in by code: asking again', { account: account.id, why: message }),
    });
    void this.#followDevice(attempt, way);
    return way;
  }

  /** Never rejects. */
  async #followDevice(attempt: LoginAttempt, way: DeviceWay): Promise<void> {
    const { account } = attempt;
    try {
      const outcome = await way.outcome;
      if (outcome.kind === 'expired') attempt.over('device');
      else if (outcome.kind === 'denied') await this.#finish(attempt, 'device', () => refuse(outcome, account));
      else if (outcome.kind === 'granted') {
        await this.#finish(attempt, 'device', () => ({ server: way.server, reply: outcome.reply }));
      }
    } catch (error) {
      attempt.over('device', this.#failureOf(error, account));
    }
  }

  async #answer(attempt: LoginAttempt, way: BrowserWay, verdict: RedirectAnswer): Promise<CallbackPage> {
    const { account } = attempt;
    const { title } = account.settings;
    const ending = await this.#finish(attempt, 'browser', async () => {
      if (verdict.kind === 'denied') return refuse(verdict, account);
      const clockSkew = account.record?.clockSkew ?? 0;
      const reply = await completeAuthorization(way.server, way.authorization, verdict.url, { clockSkew });
      return { server: way.server, reply };
    });
    if (ending === undefined) return notOpenPage(title);
    if ('failure' in ending) return { kind: 'failed', title, what: ending.failure.message };
    return { kind: 'signed_in', title, who: ending.identity?.name ?? ending.identity?.email };
  }

  /**
   * The first way to come to an end ends the login; undefined for any other. Tokens that come too late are dropped
   * and not revoked: they may be of the grant that has just been stored.
   */
  async #finish(
    attempt: LoginAttempt,
    way: WayName,
    complete: () => SignedIn | Promise<SignedIn>,
  ): Promise<Ending | undefined> {
    const { account, login } = attempt;
    if (!attempt.claim(way)) return undefined;
    try {
      const { server, reply } = await complete();
      const { acceptOther } = attempt;
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
    const failure = serverFailure(error, account.id);
    this.#dependencies.logger.warn('sign-in failed', { account: account.id, why: failure.message });
    return failure;
  }

  async #showBrowser(account: Account, { authorization }: BrowserWay): Promise<void> {
    const { userAgent, logger } = this.#dependencies;
    try {
      await userAgent.open(authorization.authorizationUrl, account.settings.browser);
    } catch (error) {
      // The caller shows the address as well, so a machine without a browser can still sign in.
      logger.warn('no browser could be opened', { account: account.id, why: wordsOf(error) });
    }
  }
}

function refuse(said: { readonly error: string; readonly description: string | undefined }, account: Account): never {
  const words = `${said.error}${said.description === undefined ? '' : `: ${said.description}`}`;
  throw new KeytrayError('access_denied', `the sign-in to ${account.settings.title} was refused (${words})`, {
    account: account.id,
  });
}

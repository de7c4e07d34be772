import { KeytrayError } from '../errors.ts';
import type { Authorization } from '../oauth/authorization-request.ts';
import { beginAuthorization } from '../oauth/authorization-request.ts';
import { completeAuthorization, judgeRedirect, type RedirectVerdict } from '../oauth/authorization-response.ts';
import type { AuthorizationServer } from '../oauth/authorization-server.ts';
import type { CallbackPage } from '../oauth/callback-page.ts';
import { type LoopbackRedirect, listenForRedirect } from '../oauth/loopback-redirect.ts';
import { revokeToken } from '../oauth/revocation.ts';
import type { Identity, TokenReply } from '../oauth/token-reply.ts';
import type { Clock, Logger, UserAgent } from '../ports.ts';
import type { Account } from './account.ts';
import { judgeIdentity } from './identity-check.ts';
import type { LoginDesk } from './login-desk.ts';
import type { PendingLogin } from './pending-login.ts';
import { type ServerDirectory, serverFailure, wordsOf } from './server-directory.ts';
import { storeFailure } from './store-failure.ts';
import { recordOfSignIn } from './token-records.ts';

const deadline = 300_000;

export interface SignInDependencies {
  readonly servers: ServerDirectory;
  readonly logins: LoginDesk;
  readonly userAgent: UserAgent;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** A person at the browser: what the answer is checked against, and where it arrives. */
interface Attempt {
  readonly login: PendingLogin;
  readonly account: Account;
  readonly server: AuthorizationServer;
  readonly authorization: Authorization;
  readonly redirect: LoopbackRedirect;
  acceptOther: boolean;
  /** The authorization code is good for one exchange, wherever it arrives first. */
  answered: boolean;
}

/** Authorization code + PKCE in the person's own browser (RFC 8252), from the request to the stored record. */
export class SignIn {
  readonly #dependencies: SignInDependencies;
  readonly #attempts = new Map<string, Promise<Attempt>>();

  constructor(dependencies: SignInDependencies) {
    this.#dependencies = dependencies;
  }

  /** Starts the account's pending login, or joins it; `browser` opens the person's browser at it. */
  async start(
    account: Account,
    options: { readonly browser: boolean; readonly acceptOther: boolean },
  ): Promise<PendingLogin> {
    await account.load();
    // Whoever signs in now would do it for nothing: the tokens could not be kept.
    if (account.state.kind === 'unreadable') throw storeFailure(account.state.trouble, account.id);
    const login = this.#dependencies.logins.request(account.id);
    let starting = this.#attempts.get(login.id);
    if (starting === undefined) {
      starting = this.#begin(login, account, options.acceptOther);
      this.#attempts.set(login.id, starting);
    }
    const attempt = await this.#started(starting, login);
    attempt.acceptOther ||= options.acceptOther;
    if (options.browser) await this.#openBrowser(attempt);
    return login;
  }

  /** The person pasted the address their browser ended at. Throws `invalid_request` unless it is the answer. */
  async finishByPaste(login: PendingLogin, redirectUrl: URL): Promise<void> {
    const starting = this.#attempts.get(login.id);
    if (starting === undefined || !login.open) throw new KeytrayError('invalid_request', 'this login is not open');
    const attempt = await starting;
    const verdict = judge(redirectUrl, attempt);
    if (verdict.kind === 'stray') {
      throw new KeytrayError('invalid_request', `this is not the answer to this login: ${verdict.why}`, {
        loginId: login.id,
      });
    }
    await this.#take(attempt, verdict);
    await attempt.redirect.close();
  }

  async cancel(login: PendingLogin): Promise<void> {
    login.become({ kind: 'cancelled' });
    const starting = this.#attempts.get(login.id);
    if (starting !== undefined) await (await starting).redirect.close();
  }

  async #started(starting: Promise<Attempt>, login: PendingLogin): Promise<Attempt> {
    try {
      return await starting;
    } catch (error) {
      this.#attempts.delete(login.id);
      const failure = serverFailure(error, login.account);
      login.become({ kind: 'failed', failure });
      throw failure;
    }
  }

  async #begin(login: PendingLogin, account: Account, acceptOther: boolean): Promise<Attempt> {
    const { clock, servers } = this.#dependencies;
    const { settings } = account;
    const server = await servers.of(account);
    let attempt: Attempt | undefined;
    const redirect = await listenForRedirect({
      settings: settings.redirect,
      deadlineMs: deadline,
      clock,
      judge: (url) => (attempt === undefined ? { kind: 'stray', why: 'not ready' } : judge(url, attempt)),
      answer: async (verdict) => (attempt === undefined ? notOpen(settings.title) : await this.#take(attempt, verdict)),
    });
    try {
      const loginHint = acceptOther ? undefined : (settings.expect?.email ?? account.record?.identity?.email);
      const authorization = await beginAuthorization(server, settings, redirect.redirectUri, { loginHint });
      attempt = { login, account, server, authorization, redirect, acceptOther, answered: false };
      login.become({
        kind: 'started',
        authorizationUrl: authorization.authorizationUrl,
        expiresAt: clock.now() + deadline,
      });
    } catch (error) {
      await redirect.close();
      throw error;
    }
    void redirect.ended.then((how) => {
      if (how === 'deadline') login.become({ kind: 'expired' });
    });
    void login.ended.then(() => this.#attempts.delete(login.id));
    return attempt;
  }

  async #openBrowser(attempt: Attempt): Promise<void> {
    const { userAgent, logger } = this.#dependencies;
    try {
      await userAgent.open(attempt.authorization.authorizationUrl, attempt.account.settings.browser);
    } catch (error) {
      // The caller shows the address as well, so a machine without a browser can still sign in.
      logger.warn('no browser could be opened', { account: attempt.account.id, why: wordsOf(error) });
    }
  }

  async #take(attempt: Attempt, verdict: Exclude<RedirectVerdict, { kind: 'stray' }>): Promise<CallbackPage> {
    const { title } = attempt.account.settings;
    if (attempt.answered || !attempt.login.open) return notOpen(title);
    attempt.answered = true;
    try {
      if (verdict.kind === 'denied') throw denial(verdict, attempt.account);
      const identity = await this.#complete(attempt, verdict.url);
      attempt.login.become({ kind: 'succeeded', identity });
      return { kind: 'signed_in', title, who: identity?.name ?? identity?.email };
    } catch (error) {
      const failure = serverFailure(error, attempt.account.id);
      this.#dependencies.logger.warn('sign-in failed', { account: attempt.account.id, why: failure.message });
      attempt.login.become({ kind: 'failed', failure });
      return { kind: 'failed', title, what: failure.message };
    }
  }

  async #complete(attempt: Attempt, url: URL): Promise<Identity | undefined> {
    const { account, server, authorization } = attempt;
    const clockSkew = account.record?.clockSkew ?? 0;
    const reply = await completeAuthorization(server, authorization, url, { clockSkew });
    await this.#checkIdentity(attempt, reply);
    const { clock } = this.#dependencies;
    await account.commit((generation) => recordOfSignIn(account.settings, reply, clock, generation));
    return reply.identity;
  }

  async #checkIdentity(attempt: Attempt, reply: TokenReply): Promise<void> {
    const { account, acceptOther } = attempt;
    const previous = account.record?.identity;
    const verdict = judgeIdentity({ expect: account.settings.expect, previous, found: reply.identity, acceptOther });
    if (verdict.kind === 'accepted') return;
    await this.#discard(attempt, reply, previous);
    if (verdict.kind === 'unknown') {
      throw new KeytrayError(
        'misconfigured',
        `this account expects ${verdict.expected}, but the server does not say who signed in`,
        { account: account.id },
      );
    }
    throw new KeytrayError(
      'identity_mismatch',
      `${verdict.found} signed in, but this account belongs to ${verdict.expected}; nothing was stored. To change the person: keytray login ${account.id} --switch`,
      { account: account.id, loginId: attempt.login.id },
    );
  }

  /** Revokes tokens nobody will use, unless they may share the grant in use: servers revoke a grant as a whole. */
  async #discard(attempt: Attempt, reply: TokenReply, previous: Identity | undefined): Promise<void> {
    if (previous !== undefined && previous.subject === reply.identity?.subject) return;
    try {
      await revokeToken(
        attempt.server,
        reply.refreshToken ?? reply.accessToken,
        reply.refreshToken ? 'refresh_token' : 'access_token',
      );
    } catch (error) {
      this.#dependencies.logger.warn('unwanted tokens could not be revoked', {
        account: attempt.account.id,
        why: wordsOf(error),
      });
    }
  }
}

const judge = (url: URL, attempt: Pick<Attempt, 'authorization' | 'server'>): RedirectVerdict =>
  judgeRedirect(url, {
    redirectUri: attempt.authorization.redirectUri,
    state: attempt.authorization.state,
    issuer: attempt.server.issuer,
    issuerRequired: attempt.server.issuerRequired,
  });

const notOpen = (title: string): CallbackPage => ({ kind: 'failed', title, what: 'This sign-in is no longer open.' });

const denial = (verdict: RedirectVerdict & { kind: 'denied' }, account: Account): KeytrayError =>
  new KeytrayError(
    'access_denied',
    `the sign-in to ${account.settings.title} was refused (${verdict.error}${verdict.description === undefined ? '' : `: ${verdict.description}`})`,
    { account: account.id },
  );

import type { Account } from '../accounts/account.ts';
import { confirmationDelay, needsSignIn } from '../accounts/refresh-problem.ts';
import { isGiven } from '../accounts/renewal.ts';
import { secondsLeft } from '../accounts/token-age.ts';
import type { TokenRecord } from '../accounts/token-record.ts';
import { pause, within } from '../concurrency/pause.ts';
import { assertNever, KeytrayError } from '../errors.ts';
import { cureOfError } from '../oauth/failure-cure.ts';
import { type Barriers, type Clock, noBarriers } from '../ports.ts';
import type { Refresher, RefreshResult } from '../refresh/refresher.ts';
import { traitsOf } from '../services/grant.ts';
import type { PendingLogins } from '../sign-in/pending-logins.ts';
import { storeFailure } from '../stores/store-failure.ts';
import { AudienceTokens } from './audience-tokens.ts';
import {
  accessHandOut,
  fresh,
  type HandOut,
  hasEnded,
  isGivenUp,
  lastIdToken,
  promised,
  type TokenNeed,
  type Validity,
  validityOf,
  whatIsNeeded,
} from './hand-out.ts';

export interface TokenHandOutDependencies {
  readonly refresher: Pick<Refresher, 'refresh' | 'exchange'>;
  readonly logins: PendingLogins;
  readonly clock: Clock;
  /** A caller waits for a sign-in: somebody should be told. */
  readonly asked: (account: Account, asker: string | undefined) => void;
  readonly barriers?: Barriers | undefined;
}

/** A suspicious answer is looked at twice within one call, no more. */
type Look = 'first' | 'second';

// Timers may fire a little before the monotonic clock says so.
const timerSlack = 25;

/** Answers "a token, please": from memory while it is fresh, else after the one refresh all callers share. */
export class TokenHandOut {
  readonly #dependencies: TokenHandOutDependencies;
  readonly #audienceTokens: AudienceTokens;

  constructor(dependencies: TokenHandOutDependencies) {
    this.#dependencies = dependencies;
    this.#audienceTokens = new AudienceTokens(dependencies.refresher, dependencies.clock);
  }

  /** Throws `KeytrayError`: what the account lacks, and the login to wait for where a sign-in helps. */
  async handOut(account: Account, wanted: TokenNeed, signal: AbortSignal): Promise<HandOut> {
    // There is nothing newer than what was given.
    const need = wanted.force && isGiven(account.settings.grant.kind) ? { ...wanted, force: false } : wanted;
    const record = await this.#held(account, need, signal);
    if (need.audience !== undefined || need.scope !== undefined) {
      return await this.#forAudience(account, need, signal);
    }
    if (record !== undefined && !need.force) {
      const validity = this.#validity(account, record, need);
      if (fresh(validity) && !hasEnded(validity, need)) return this.#serve(account, record, need);
      // A server that gives no ID token with a refresh would be asked for one with every call.
      if (lastIdToken(record, need)) return await this.#serveLastIdToken(account, record, need, signal);
    }
    return await this.#afterRefresh(account, need, signal);
  }

  /** An ID token that no refresh renews: good until its end, which only a sign-in puts off. */
  async #serveLastIdToken(
    account: Account,
    record: TokenRecord,
    need: TokenNeed,
    signal: AbortSignal,
  ): Promise<HandOut> {
    const validity = this.#validity(account, record, need);
    const enough = need.minTtl === undefined || fresh(validity);
    if (enough && !hasEnded(validity, need)) return this.#serve(account, record, need);
    await this.#waitForSignIn(account, need, signal, `the ID token of ${account.settings.title} has ended`);
    return await this.handOut(account, { ...need, wait: 0 }, signal);
  }

  async #forAudience(account: Account, need: TokenNeed, signal: AbortSignal): Promise<HandOut> {
    try {
      return await this.#audienceTokens.handOut(account, need);
    } catch (error) {
      if (!(error instanceof KeytrayError && error.code === 'login_required')) throw error;
      await this.#waitForSignIn(account, need, signal);
      return await this.#audienceTokens.handOut(account, need);
    }
  }

  /** Undefined where no token is held yet, and none of a person is needed to get one. */
  async #held(account: Account, need: TokenNeed, signal: AbortSignal): Promise<TokenRecord | undefined> {
    await account.load();
    const { state } = account;
    switch (state.kind) {
      case 'signed_in':
        return isGivenUp(state) ? await this.#heldAfterSignIn(account, need, signal) : state.record;
      case 'ready':
        return undefined;
      case 'unreadable':
        throw storeFailure(state.trouble, account.id);
      case 'unread':
      case 'signed_out':
        return await this.#heldAfterSignIn(account, need, signal);
      default:
        return assertNever(state);
    }
  }

  async #heldAfterSignIn(account: Account, need: TokenNeed, signal: AbortSignal): Promise<TokenRecord> {
    await this.#waitForSignIn(account, need, signal);
    return account.record ?? this.#loginRequired(account);
  }

  async #afterRefresh(account: Account, need: TokenNeed, signal: AbortSignal, look: Look = 'first'): Promise<HandOut> {
    const result = await this.#refresh(account, need);
    const { record } = account;
    if (record !== undefined && result.kind === 'refreshed') {
      (this.#dependencies.barriers ?? noBarriers).reached('before_answer');
      // Servers are believed within 30 s of clock skew, so that what came with the refresh may have ended too.
      const idTokenEnded =
        need.kind === 'id' && record.idToken !== undefined && hasEnded(this.#validity(account, record, need), need);
      if (lastIdToken(record, need) || idTokenEnded) {
        return await this.#serveLastIdToken(account, record, { ...need, force: false }, signal);
      }
      return this.#serve(account, record, need);
    }
    const insists = need.force || need.minTtl !== undefined;
    if (record !== undefined && !insists && !hasEnded(this.#validity(account, record, need), need)) {
      this.#confirmLater(account);
      return this.#serve(account, record, need);
    }
    return await this.#unserved(account, result, need, signal, look);
  }

  async #refresh(account: Account, need: TokenNeed): Promise<RefreshResult> {
    const { refresher, clock } = this.#dependencies;
    try {
      return await refresher.refresh(account, { forced: need.force });
    } catch (error) {
      // The store would not take the new record; what was saved before may still be good enough.
      const { record } = account;
      const insists = need.force || need.minTtl !== undefined;
      if (error instanceof KeytrayError && record !== undefined && !insists && secondsLeft(record, clock) > 0) {
        return { kind: 'failed' };
      }
      throw error;
    }
  }

  /** No token can be served now: say why, after the second look that a suspicion asks for. */
  async #unserved(
    account: Account,
    result: RefreshResult,
    need: TokenNeed,
    signal: AbortSignal,
    look: Look,
  ): Promise<HandOut> {
    const { state } = account;
    const { clock } = this.#dependencies;
    if (state.kind !== 'signed_in' && state.kind !== 'ready') return this.#loginRequired(account);
    const { problem } = state;
    const now = clock.monotonic();
    // Where the server wants to be left alone, the second look is too far off to wait for.
    if (problem.kind === 'suspect' && look === 'first' && problem.askedRetryAt - now <= confirmationDelay) {
      await pause(clock, problem.askedRetryAt - now + timerSlack, signal);
      return await this.#afterRefresh(account, need, signal, 'second');
    }
    const { record } = account;
    const expired = record === undefined || hasEnded(this.#validity(account, record, need), need);
    const alone = traitsOf(account.settings.grant.kind).renewal === 'again';
    const ended = needsSignIn(problem) && !alone && (expired || problem.kind === 'dead');
    if (result.kind === 'no_refresh_token' || ended) {
      await this.#waitForSignIn(account, need, signal);
      return await this.handOut(account, { ...need, force: false, wait: 0 }, signal);
    }
    if (problem.kind === 'elsewhere') {
      throw new KeytrayError('misconfigured', problem.why, { account: account.id, fix: 'renew_sign_in' });
    }
    if (problem.kind === 'misconfigured') {
      throw new KeytrayError(problem.denied === true ? 'access_denied' : 'misconfigured', problem.why, {
        account: account.id,
        detail: problem.detail,
        ...(problem.advice !== undefined && { advice: problem.advice }),
        ...cureOfError(problem.error, undefined, { secretStored: account.clientSecret.stored === true }),
      });
    }
    const retryAt = 'askedRetryAt' in problem ? problem.askedRetryAt : now;
    const { why, detail, advice } = problem.kind === 'none' ? { why: 'another refresh came first' } : problem;
    throw new KeytrayError('temporarily_unavailable', `no fresh token for ${account.settings.title}: ${why}`, {
      account: account.id,
      retryAfter: Math.max(1, Math.ceil((retryAt - now) / 1_000)),
      detail,
      ...(advice !== undefined && { advice }),
    });
  }

  /** Callers with a valid token are not kept waiting for the second look at a suspicious answer. */
  #confirmLater(account: Account): void {
    const { clock, refresher } = this.#dependencies;
    if (account.state.kind !== 'signed_in' || account.state.problem.kind !== 'suspect') return;
    clock.after(confirmationDelay + timerSlack, () => {
      refresher.refresh(account, { forced: false }).catch(() => undefined);
    });
  }

  async #waitForSignIn(
    account: Account,
    need: TokenNeed,
    signal: AbortSignal,
    why = whatIsNeeded(account),
  ): Promise<void> {
    const login = this.#dependencies.logins.request(account.id);
    this.#dependencies.asked(account, need.asker);
    if (need.wait > 0) {
      const ended = await within(this.#dependencies.clock, need.wait * 1_000, signal, login.ended);
      if (ended?.kind === 'succeeded') return;
    }
    this.#loginRequired(account, login.id, why);
  }

  #loginRequired(
    account: Account,
    loginId = this.#dependencies.logins.request(account.id).id,
    why = whatIsNeeded(account),
  ): never {
    throw new KeytrayError('login_required', why, { account: account.id, loginId });
  }

  #validity(account: Account, record: TokenRecord, need: TokenNeed): Validity {
    return validityOf(account, record, need, this.#dependencies.clock);
  }

  #serve(account: Account, record: TokenRecord, need: TokenNeed): HandOut {
    account.noteHandOut();
    const { left } = this.#validity(account, record, need);
    if (need.kind === 'access') return accessHandOut(record, left);
    if (record.idToken === undefined) {
      throw new KeytrayError('misconfigured', 'the server gave no ID token', {
        account: account.id,
        advice: 'Add openid to the scopes of the account, and sign in again.',
      });
    }
    return { token: record.idToken, tokenType: 'id_token', scope: record.scope, secondsLeft: promised(left) };
  }
}

import type { Account } from '../accounts/account.ts';
import { learnedOf } from '../accounts/learned.ts';
import { serverEndpoints } from '../accounts/origins.ts';
import { afterUse, mayRefresh, type RefreshFailure } from '../accounts/refresh-problem.ts';
import { type ServerDirectory, serverFailure, wordsOf } from '../accounts/server-directory.ts';
import { secondsLeft } from '../accounts/token-age.ts';
import type { TokenRecord } from '../accounts/token-record.ts';
import { namesAnother, type Receipt, receiptNow, recordOfRefresh } from '../accounts/token-records.ts';
import { NamedFlights } from '../concurrency/shared-flight.ts';
import { NamedTurns } from '../concurrency/turns.ts';
import { KeytrayError } from '../errors.ts';
import type { AuthorizationServer } from '../oauth/authorization-server.ts';
import { detailOf } from '../oauth/failure-words.ts';
import { OAuthFailure } from '../oauth/oauth-failure.ts';
import { refreshTokens } from '../oauth/refresh-grant.ts';
import type { TokenReply } from '../oauth/token-reply.ts';
import { type Barriers, type Clock, type Logger, noBarriers } from '../ports.ts';
import type { AttemptNotes } from './attempt-notes.ts';
import { FormerTokens } from './former-tokens.ts';
import { classifyRefreshFailure, isAnswered, isGone } from './outcome.ts';
import type { WakeDetector } from './wake-detector.ts';

export type RefreshResult =
  | { readonly kind: 'refreshed' }
  | { readonly kind: 'failed' }
  /** A failure seen before forbids the try for now. */
  | { readonly kind: 'not_now' }
  | { readonly kind: 'no_refresh_token' };

/** What a token is asked for beyond the account's own (RFC 8707, RFC 6749 §3.3). */
export interface TokenTarget {
  readonly audience: string | undefined;
  readonly scope: string | undefined;
}

interface Answer {
  readonly reply: TokenReply;
  readonly receipt: Receipt;
  readonly server: AuthorizationServer;
}

export interface RefresherDependencies {
  readonly servers: ServerDirectory;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly random: () => number;
  readonly wakes: WakeDetector;
  readonly attempts: AttemptNotes;
  readonly barriers?: Barriers | undefined;
}

/**
 * Spends refresh tokens: one request at a time per account, shared by everyone who asks while it runs.
 * A new refresh token is durable before the access token that came with it is seen.
 */
export class Refresher {
  readonly former: FormerTokens;
  readonly #dependencies: RefresherDependencies;
  readonly #flights = new NamedFlights<RefreshResult>();
  readonly #turns = new NamedTurns();

  constructor(dependencies: RefresherDependencies) {
    this.#dependencies = dependencies;
    this.former = new FormerTokens(dependencies.clock);
  }

  /** Throws `KeytrayError` only where the store refuses the new record; the server's failures become the account's problem. */
  async refresh(account: Account, options: { readonly forced: boolean }): Promise<RefreshResult> {
    return await this.#flights.join(account.id, () =>
      this.#turns.take(account.id, () => this.#refreshNow(account, options.forced)),
    );
  }

  /** A token for another audience or narrower scope; a rotated refresh token is saved first. Throws `KeytrayError`. */
  async exchange(account: Account, target: TokenTarget): Promise<TokenReply> {
    return await this.#turns.take(account.id, async () => {
      const { attempts, clock } = this.#dependencies;
      const { record, state } = account;
      if (state.kind !== 'signed_in' || record?.refreshToken === undefined) {
        throw new KeytrayError('login_required', 'a token for another audience needs a new sign-in', {
          account: account.id,
        });
      }
      const { problem } = state;
      const now = clock.monotonic();
      if (!mayRefresh(problem, { now, forced: true }) && 'forbiddenUntil' in problem) {
        const retryAfter = Math.ceil((problem.forbiddenUntil - now) / 1_000);
        throw new KeytrayError('temporarily_unavailable', problem.why, { account: account.id, retryAfter });
      }
      try {
        const server = await this.#reachableServer(account, record);
        await attempts.begin(account.id, record.generation);
        const reply = await refreshTokens(server, account.settings, record.refreshToken, target);
        const { refreshToken } = reply;
        if (refreshToken !== undefined) {
          await account.commit((generation) => ({ ...record, refreshToken, generation }), record.generation);
        }
        account.reconsider(afterUse);
        await attempts.end(account.id);
        return reply;
      } catch (error) {
        throw await this.#exchangeFailure(account, record, error);
      }
    });
  }

  /** What a failed exchange says of the refresh token itself is noted; the rest is about what was asked for. */
  async #exchangeFailure(account: Account, record: TokenRecord, error: unknown): Promise<KeytrayError> {
    if (!(error instanceof OAuthFailure)) return serverFailure(error, account);
    const { attempts, clock, random } = this.#dependencies;
    const outcome = classifyRefreshFailure(error, account.settings.deadTokenErrors);
    if (isAnswered(outcome)) await attempts.end(account.id);
    if (outcome.kind === 'misconfigured' || outcome.kind === 'refused') return serverFailure(error, account);
    if (outcome.kind === 'invalid_grant' || outcome.retryAfter !== undefined) {
      account.noteFailure(record.generation, outcome, { now: clock.monotonic(), random: random(), forced: false });
    }
    await this.#retireIfDead(account, record);
    await this.#keepRotated(account, record, outcome);
    const ended = account.record?.sessionEnded === true;
    return new KeytrayError(ended ? 'login_required' : 'temporarily_unavailable', outcome.why, {
      account: account.id,
      detail: detailOf(error.failure),
      ...(outcome.retryAfter === undefined ? {} : { retryAfter: outcome.retryAfter }),
    });
  }

  /** Resolves when no refresh of the account is under way. */
  async settled(account: Account): Promise<void> {
    await this.#turns.over(account.id);
  }

  /** Resolves when no refresh is under way. */
  async idle(): Promise<void> {
    await this.#turns.allOver();
  }

  async #refreshNow(account: Account, forced: boolean): Promise<RefreshResult> {
    const { attempts, clock, random } = this.#dependencies;
    const settled = await account.settle();
    const { state } = account;
    // What waited to be saved may have been saved too late, or have held a new refresh token only.
    if (settled && account.record !== undefined && secondsLeft(account.record, clock) > 0) return { kind: 'refreshed' };
    if (state.kind !== 'signed_in') return { kind: 'not_now' };
    const { record, problem } = state;
    if (!mayRefresh(problem, { now: clock.monotonic(), forced })) return { kind: 'not_now' };
    if (record.refreshToken === undefined) return { kind: 'no_refresh_token' };
    const answer = await this.#request(account, record);
    if (isFailure(answer)) {
      account.noteFailure(record.generation, answer, { now: clock.monotonic(), random: random(), forced });
      await this.#retireIfDead(account, record);
      await this.#keepRotated(account, record, answer);
      if (isAnswered(answer)) await attempts.end(account.id);
      return { kind: 'failed' };
    }
    const { reply, receipt, server } = answer;
    const other = namesAnother(record, reply);
    if (other) {
      this.#dependencies.logger.warn('a refresh brought an ID token of another person; it was dropped', {
        account: account.id,
      });
    }
    const renewal = { reply, receipt, endpoints: serverEndpoints(server), learned: learnedOf(account, server) };
    await account.commit((generation) => recordOfRefresh(record, renewal, generation), record.generation);
    this.former.replaced(account, record);
    account.remarks.noteOtherPerson(other);
    await attempts.end(account.id);
    return { kind: 'refreshed' };
  }

  async #request(account: Account, record: TokenRecord): Promise<Answer | RefreshFailure> {
    const { attempts, clock, logger, servers, barriers = noBarriers } = this.#dependencies;
    let server: AuthorizationServer;
    try {
      server = await this.#reachableServer(account, record);
    } catch (error) {
      // The client secret could not be had.
      if (error instanceof KeytrayError) throw error;
      // Metadata that cannot be had says nothing about the refresh token.
      if (!(error instanceof OAuthFailure)) return { kind: 'transient', retryAfter: undefined, why: wordsOf(error) };
      return { kind: 'transient', retryAfter: error.retryAfter, why: error.message, detail: detailOf(error.failure) };
    }
    if (record.refreshToken === undefined) throw new TypeError('a refresh needs a refresh token');
    try {
      await attempts.begin(account.id, record.generation);
      const receipt = receiptNow(clock);
      barriers.reached('refresh_requested');
      const reply = await refreshTokens(server, account.settings, record.refreshToken);
      barriers.reached('reply_received');
      return { reply, receipt, server };
    } catch (error) {
      if (!(error instanceof OAuthFailure)) throw error;
      if (isGone(error)) servers.forget(account.id);
      const outcome = this.#classify(account, error);
      if (outcome.kind === 'misconfigured' && (await account.clientSecret.reread())) servers.forget(account.id);
      logger.warn('refresh failed', { account: account.id, outcome: outcome.kind, why: wordsOf(error) });
      return outcome;
    }
  }

  /** After a sleep a token is spent only where the server has shown itself. */
  async #reachableServer(account: Account, record: TokenRecord): Promise<AuthorizationServer> {
    const { servers, wakes } = this.#dependencies;
    wakes.look();
    const server = await servers.boundTo(account, record);
    await servers.proveReachable(account, server);
    return server;
  }

  /** A host that is gone after its server has moved does not come back: a sign-in at the new one is what helps. */
  #classify(account: Account, error: OAuthFailure): RefreshFailure {
    const { move } = account.remarks;
    const outcome = classifyRefreshFailure(error, account.settings.deadTokenErrors);
    if (move === undefined || outcome.kind !== 'transient' || !isGone(error)) return outcome;
    const why = `${move.from} issued the tokens and no longer answers, and the server now names ${move.to}`;
    return { kind: 'moved', retryAfter: outcome.retryAfter, why };
  }

  /** Dropped from the store, a dead token cannot be sent again, not even by the next process. */
  async #retireIfDead(account: Account, record: TokenRecord): Promise<void> {
    if (account.state.kind !== 'signed_in' || account.state.problem.kind !== 'dead') return;
    await account.commit(
      (generation) => ({ ...record, refreshToken: undefined, sessionEnded: true, generation }),
      record.generation,
    );
  }

  /** A reply without a usable access token may have spent the refresh token all the same. */
  async #keepRotated(account: Account, record: TokenRecord, failure: RefreshFailure): Promise<void> {
    if (failure.kind !== 'transient' || failure.refreshToken === undefined) return;
    const { refreshToken } = failure;
    await account.commit((generation) => ({ ...record, refreshToken, generation }), record.generation);
  }
}

const isFailure = (result: Answer | RefreshFailure): result is RefreshFailure => 'kind' in result;

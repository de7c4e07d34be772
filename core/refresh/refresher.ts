import type { Account } from '../accounts/account.ts';
import { afterUse, mayRefresh, type RefreshFailure } from '../accounts/refresh-problem.ts';
import { isRenewable } from '../accounts/renewal.ts';
import { type ServerDirectory, serverFailure, wordsOf } from '../accounts/server-directory.ts';
import { secondsLeft } from '../accounts/token-age.ts';
import type { TokenRecord } from '../accounts/token-record.ts';
import { namesAnother, recordOfRefresh, recordOfSignIn } from '../accounts/token-records.ts';
import { NamedFlights } from '../concurrency/shared-flight.ts';
import { NamedTurns } from '../concurrency/turns.ts';
import { KeytrayError } from '../errors.ts';
import { detailOf } from '../oauth/failure-words.ts';
import { OAuthFailure } from '../oauth/oauth-failure.ts';
import type { TokenReply } from '../oauth/token-reply.ts';
import { type Barriers, type Clock, type Logger, noBarriers } from '../ports.ts';
import type { AttemptNotes } from './attempt-notes.ts';
import { FormerTokens } from './former-tokens.ts';
import { classifyFailure, isAnswered, isGone } from './outcome.ts';
import { renew } from './renew.ts';
import {
  type Answer,
  noSources,
  type RenewalParts,
  type RenewalRequest,
  type RenewalSources,
  type TokenTarget,
} from './renewal.ts';
import { RenewalFailed } from './renewal-failed.ts';
import { Unreached } from './unreached.ts';
import type { WakeDetector } from './wake-detector.ts';

export type RefreshResult =
  | { readonly kind: 'refreshed' }
  | { readonly kind: 'failed' }
  /** A failure seen before forbids the try for now. */
  | { readonly kind: 'not_now' }
  | { readonly kind: 'no_refresh_token' };

export interface RefresherDependencies {
  readonly servers: ServerDirectory;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly random: () => number;
  readonly wakes: WakeDetector;
  readonly attempts: AttemptNotes;
  readonly barriers?: Barriers | undefined;
  readonly sources?: RenewalSources | undefined;
}

/**
 * Spends refresh tokens: one request at a time per account, shared by everyone who asks while it runs.
 * A new refresh token is durable before the access token that came with it is seen.
 */
export class Refresher {
  readonly former: FormerTokens;
  readonly #dependencies: RefresherDependencies;
  readonly #parts: RenewalParts;
  readonly #flights = new NamedFlights<RefreshResult>();
  readonly #turns = new NamedTurns();

  constructor(dependencies: RefresherDependencies) {
    this.#dependencies = dependencies;
    this.former = new FormerTokens(dependencies.clock);
    const { barriers = noBarriers, sources = noSources } = dependencies;
    this.#parts = { ...dependencies, ...sources, barriers };
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
      if (state.kind !== 'signed_in' && state.kind !== 'ready') {
        const words = 'a token for another audience needs a new sign-in';
        throw new KeytrayError('login_required', words, { account: account.id });
      }
      const { problem } = state;
      if (problem.kind === 'elsewhere') {
        throw new KeytrayError('misconfigured', problem.why, { account: account.id, fix: 'renew_sign_in' });
      }
      const now = clock.monotonic();
      if (!mayRefresh(problem, { now, forced: true }) && 'forbiddenUntil' in problem) {
        const retryAfter = Math.ceil((problem.forbiddenUntil - now) / 1_000);
        throw new KeytrayError('temporarily_unavailable', problem.why, { account: account.id, retryAfter });
      }
      try {
        const rotated = async ({ reply: { refreshToken } }: Answer): Promise<void> => {
          if (refreshToken === undefined || record === undefined) return;
          await account.commit((generation) => ({ ...record, refreshToken, generation }), record.generation);
        };
        const answer = await renew({ account, record, target, received: rotated }, this.#parts);
        const { reply } = answer;
        // Nothing where it was kept before.
        await rotated(answer);
        account.reconsider(afterUse);
        await attempts.end(account.id);
        return reply;
      } catch (error) {
        throw await this.#exchangeFailure(account, record, error instanceof Unreached ? error.cause : error);
      }
    });
  }

  /** What a failed exchange says of the refresh token itself is noted; the rest is about what was asked for. */
  async #exchangeFailure(account: Account, record: TokenRecord | undefined, error: unknown): Promise<KeytrayError> {
    if (!(error instanceof OAuthFailure)) return serverFailure(error, account);
    const { attempts, clock, random } = this.#dependencies;
    const outcome = classifyFailure(error, account.settings);
    if (isAnswered(outcome)) await attempts.end(account.id);
    if (outcome.kind === 'misconfigured' || outcome.kind === 'refused') return serverFailure(error, account);
    if (outcome.kind === 'invalid_grant' || outcome.retryAfter !== undefined) {
      account.noteFailure(generationOf(account), outcome, { now: clock.monotonic(), random: random(), forced: false });
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
    if (state.kind !== 'signed_in' && state.kind !== 'ready') return { kind: 'not_now' };
    const { record } = account;
    if (!mayRefresh(state.problem, { now: clock.monotonic(), forced })) return { kind: 'not_now' };
    if (record !== undefined && !isRenewable(record)) return { kind: 'no_refresh_token' };
    let basis = account.generation;
    const received = async (early: Answer): Promise<void> => {
      if (record === undefined) return;
      if (await account.commit((generation) => recordOfRefresh(record, early, generation), basis)) basis += 1;
    };
    const answer = await this.#request({ account, record, received });
    if (isFailure(answer)) {
      account.noteFailure(generationOf(account), answer, { now: clock.monotonic(), random: random(), forced });
      await this.#retireIfDead(account, record);
      await this.#keepRotated(account, record, answer);
      if (isAnswered(answer)) await attempts.end(account.id);
      return { kind: 'failed' };
    }
    const { reply } = answer;
    const other = record !== undefined && namesAnother(record, reply);
    if (other) {
      this.#dependencies.logger.warn('a refresh brought an ID token of another person; it was dropped', {
        account: account.id,
      });
    }
    await account.commit(
      (generation) =>
        record === undefined
          ? { ...recordOfSignIn(account.settings, reply, answer, clock, generation), ...answer.receipt }
          : recordOfRefresh(record, answer, generation),
      basis,
    );
    if (record !== undefined) this.former.replaced(account, record);
    account.remarks.noteOtherPerson(other);
    await attempts.end(account.id);
    return { kind: 'refreshed' };
  }

  async #request(request: RenewalRequest): Promise<Answer | RefreshFailure> {
    const { logger, servers } = this.#dependencies;
    const { account } = request;
    try {
      return await renew(request, this.#parts);
    } catch (thrown) {
      const error = thrown instanceof Unreached ? thrown.cause : thrown;
      if (error instanceof RenewalFailed) {
        logger.warn('refresh failed', { account: account.id, outcome: error.failure.kind, why: error.message });
        return error.failure;
      }
      if (error instanceof OAuthFailure && thrown === error) {
        if (isGone(error)) servers.forget(account.id);
        const outcome = this.#classify(account, error);
        logger.warn('refresh failed', { account: account.id, outcome: outcome.kind, why: wordsOf(error) });
        return outcome;
      }
      if (!(thrown instanceof Unreached)) throw thrown;
      // Metadata that cannot be had says nothing about the credential.
      if (!(error instanceof OAuthFailure)) return { kind: 'transient', retryAfter: undefined, why: wordsOf(error) };
      return { kind: 'transient', retryAfter: error.retryAfter, why: error.message, detail: detailOf(error.failure) };
    }
  }

  /** A host that is gone after its server has moved does not come back: a sign-in at the new one is what helps. */
  #classify(account: Account, error: OAuthFailure): RefreshFailure {
    const { move } = account.remarks;
    const outcome = classifyFailure(error, account.settings);
    if (move === undefined || outcome.kind !== 'transient' || !isGone(error)) return outcome;
    const why = `${move.from} issued the tokens and no longer answers, and the server now names ${move.to}`;
    return { kind: 'moved', retryAfter: outcome.retryAfter, why };
  }

  /** Dropped from the store, a dead token cannot be sent again, not even by the next process. */
  async #retireIfDead(account: Account, record: TokenRecord | undefined): Promise<void> {
    if (record === undefined || account.state.kind !== 'signed_in' || account.state.problem.kind !== 'dead') return;
    await account.commit(
      (generation) => ({ ...record, refreshToken: undefined, sessionEnded: true, generation }),
      record.generation,
    );
  }

  /** A reply without a usable access token may have spent the refresh token all the same. */
  async #keepRotated(account: Account, record: TokenRecord | undefined, failure: RefreshFailure): Promise<void> {
    if (record === undefined || failure.kind !== 'transient' || failure.refreshToken === undefined) return;
    const { refreshToken } = failure;
    await account.commit((generation) => ({ ...record, refreshToken, generation }), record.generation);
  }
}

/** The generation a failure is told of: that of the record in force, or of whatever the store holds instead. */
const generationOf = (account: Account): number => account.record?.generation ?? account.generation;

const isFailure = (result: Answer | RefreshFailure): result is RefreshFailure => 'kind' in result;

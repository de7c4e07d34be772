import type { Account } from '../accounts/account.ts';
import { serverNameOf } from '../accounts/server-directory.ts';
import { placeOf } from '../errors.ts';
import type { Clock, Logger, Timer } from '../ports.ts';
import type { AttemptNotes } from './attempt-notes.ts';
import { DueTimes, longestTrust } from './due-times.ts';
import { planFor } from './refresh-facts.ts';
import type { Refresher } from './refresher.ts';
import type { WakeDetector } from './wake-detector.ts';

export interface RefreshSchedulerDependencies {
  readonly accounts: () => Iterable<Account>;
  readonly refresher: Pick<Refresher, 'refresh'>;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly random: () => number;
  readonly wakes: WakeDetector;
  readonly attempts: AttemptNotes;
}

// Tokens that live for seconds must not keep the processor busy.
const shortestWait = 500;
// The network is not there at once after a sleep, and a thousand accounts must not all wake together.
const settleAfterSleep = 5_000;
// A server serves people, not a stampede.
const atOncePerServer = 4;

/**
 * Refreshes ahead of time what is in use, and now and then what is not. Goes through every account each time it
 * wakes, so that sleep, clock steps, new sign-ins and new settings need no bookkeeping but that of `DueTimes`.
 */
export class RefreshScheduler {
  readonly #dependencies: RefreshSchedulerDependencies;
  readonly #underWay = new Map<string, number>();
  readonly #busy = new Set<string>();
  readonly #dueTimes: DueTimes<Account>;
  #timer: Timer | undefined;
  #stopped = false;
  #quietUntil = 0;
  #due = 0;

  constructor(dependencies: RefreshSchedulerDependencies) {
    this.#dependencies = dependencies;
    this.#dueTimes = new DueTimes(dependencies.clock, (account) => planFor(account, dependencies.clock));
    dependencies.wakes.onWake(() => this.wake());
  }

  start(): void {
    this.#look();
  }

  stop(): void {
    this.#stopped = true;
    this.#timer?.cancel();
  }

  /** The machine has woken, or the network has come back: look soon, but not at once. */
  wake(): void {
    const { clock, random } = this.#dependencies;
    this.#dueTimes.forgetAll();
    this.#quietUntil = clock.monotonic() + settleAfterSleep * (0.5 + random());
    this.#sleepFor(settleAfterSleep);
  }

  #look(): void {
    if (this.#stopped) return;
    const { clock, accounts, wakes } = this.#dependencies;
    if (wakes.look()) return;
    let wait = longestTrust;
    const now = clock.monotonic();
    for (const account of accounts()) {
      const at = this.#dueTimeOf(account);
      if (at === Number.POSITIVE_INFINITY || this.#busy.has(account.id)) continue;
      const due = this.#wasInterrupted(account) ? now : at;
      const delay = Math.max(due, this.#quietUntil) - now;
      if (delay > 0) wait = Math.min(wait, delay);
      else if (this.#hasRoom(account)) void this.#refresh(account);
      else wait = shortestWait;
    }
    this.#sleepFor(wait);
  }

  /** `Clock.monotonic()`, Infinity where none is planned. A fault in one account must not end the refreshing of all. */
  #dueTimeOf(account: Account): number {
    try {
      return this.#dueTimes.of(account);
    } catch (error) {
      this.#dependencies.logger.error('no refresh can be planned', { account: account.id, where: placeOf(error) });
      return Number.POSITIVE_INFINITY;
    }
  }

  #sleepFor(milliseconds: number): void {
    if (this.#stopped) return;
    const { clock } = this.#dependencies;
    const wait = Math.max(shortestWait, milliseconds);
    this.#timer?.cancel();
    this.#due = clock.monotonic() + wait;
    this.#timer = clock.after(wait, () => this.#look());
  }

  /** Something is new about the account: its next turn may come before the next look. */
  changed(account: Account): void {
    const { clock } = this.#dependencies;
    if (this.#timer === undefined) return;
    this.#dueTimes.forget(account);
    const due = this.#dueTimeOf(account);
    if (due === Number.POSITIVE_INFINITY) return;
    const delay = Math.max(due, this.#quietUntil) - clock.monotonic();
    if (clock.monotonic() + Math.max(shortestWait, delay) < this.#due) this.#sleepFor(delay);
  }

  /** What came of a refresh has a plan of its own, which nobody has looked at yet. A look that is due stays so. */
  #lookSoon(): void {
    if (this.#due - this.#dependencies.clock.monotonic() > shortestWait) this.#sleepFor(shortestWait);
  }

  /** An earlier process may have spent the token without seeing the answer: a second use is forgiven soon or never. */
  #wasInterrupted({ id, state }: Account): boolean {
    if (state.kind !== 'signed_in' || state.problem.kind !== 'none') return false;
    return this.#dependencies.attempts.interrupted(id, state.record.generation);
  }

  #hasRoom(account: Account): boolean {
    return (this.#underWay.get(serverNameOf(account)) ?? 0) < atOncePerServer;
  }

  async #refresh(account: Account): Promise<void> {
    const { refresher, logger } = this.#dependencies;
    const server = serverNameOf(account);
    this.#busy.add(account.id);
    this.#underWay.set(server, (this.#underWay.get(server) ?? 0) + 1);
    try {
      await refresher.refresh(account, { forced: false });
    } catch (error) {
      // The store would not take the new record; it is kept and saved with the next token.
      logger.warn('a refresh ahead of time was not stored', {
        account: account.id,
        why: error instanceof Error ? error.message : 'unknown',
      });
    } finally {
      this.#busy.delete(account.id);
      const left = (this.#underWay.get(server) ?? 1) - 1;
      if (left > 0) this.#underWay.set(server, left);
      else this.#underWay.delete(server);
      this.#lookSoon();
    }
  }
}

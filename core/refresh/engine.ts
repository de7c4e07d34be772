import type { Account } from '../accounts/account.ts';
import type { ServerDirectory } from '../accounts/server-directory.ts';
import type { Barriers, Clock, Logger } from '../ports.ts';
import { type AttemptNotes, noAttemptNotes } from './attempt-notes.ts';
import { Refresher } from './refresher.ts';
import type { RenewalSources } from './renewal.ts';
import { RefreshScheduler } from './scheduler.ts';
import { WakeDetector } from './wake-detector.ts';

export interface RefreshEngineDependencies {
  readonly accounts: () => Iterable<Account>;
  readonly servers: ServerDirectory;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly random: () => number;
  readonly barriers?: Barriers | undefined;
  readonly attempts?: AttemptNotes | undefined;
  readonly sources?: RenewalSources | undefined;
}

/** All that spends refresh tokens: on demand, ahead of time, and with care after a sleep. */
export class RefreshEngine {
  readonly refresher: Refresher;
  readonly #scheduler: RefreshScheduler;
  readonly #wakes: WakeDetector;

  constructor({ accounts, servers, barriers, sources, attempts = noAttemptNotes, ...rest }: RefreshEngineDependencies) {
    const { clock, logger, random } = rest;
    const wakes = new WakeDetector(clock);
    wakes.onWake(() => servers.doubt());
    const refresher = new Refresher({ servers, clock, logger, random, wakes, attempts, barriers, sources });
    this.#wakes = wakes;
    this.refresher = refresher;
    this.#scheduler = new RefreshScheduler({ accounts, refresher, clock, logger, random, wakes, attempts });
  }

  start(): void {
    this.#scheduler.start();
  }

  /** Begins no refresh any more; resolves when those under way are over. */
  async stop(): Promise<void> {
    this.#scheduler.stop();
    await this.refresher.idle();
  }

  /** Something is new about the account, and so perhaps the time of its next refresh. */
  changed(account: Account): void {
    this.#scheduler.changed(account);
  }

  /** The system says that it has woken from sleep. */
  woken(): void {
    this.#wakes.woken();
  }
}

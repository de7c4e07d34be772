import type { Account } from '../accounts/account.ts';
import type { Clock } from '../ports.ts';
import type { RefreshPlan } from './policy.ts';

// Timers sleep when the machine does and clocks are set: no plan is trusted for longer than this.
export const longestTrust = 30_000;

interface Due {
  readonly state: Account['state'];
  readonly settings: Account['settings'];
  /** `Clock.monotonic()`; Infinity where no refresh is planned. */
  readonly at: number;
  /** When it is worked out anew. */
  readonly until: number;
}

/**
 * When each account is to be refreshed. A scheduler of a thousand accounts looks several times a second, and what a
 * plan depends on hardly ever changes between two looks.
 */
export class DueTimes<Planned extends Pick<Account, 'state' | 'settings'>> {
  readonly #clock: Clock;
  readonly #planFor: (account: Planned) => RefreshPlan;
  #known = new WeakMap<Planned, Due>();

  constructor(clock: Clock, planFor: (account: Planned) => RefreshPlan) {
    this.#clock = clock;
    this.#planFor = planFor;
  }

  /** Milliseconds of `Clock.monotonic()`: past or now where a refresh is due, Infinity where none is planned. */
  of(account: Planned): number {
    const now = this.#clock.monotonic();
    const { state, settings } = account;
    const known = this.#known.get(account);
    if (known !== undefined && now < known.until && known.state === state && known.settings === settings) {
      return known.at;
    }
    const plan = this.#planFor(account);
    const at = plan.kind === 'none' ? Number.POSITIVE_INFINITY : now + plan.delay * 1_000;
    this.#known.set(account, { state, settings, at, until: Math.min(at, now + longestTrust) });
    return at;
  }

  /** Something the plan depends on is new and not to be seen from outside, such as a token handed out. */
  forget(account: Planned): void {
    this.#known.delete(account);
  }

  /** The clocks cannot be trusted to have gone on. */
  forgetAll(): void {
    this.#known = new WeakMap();
  }
}

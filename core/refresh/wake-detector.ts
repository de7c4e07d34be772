import type { Clock } from '../ports.ts';

// Clocks disagree by more than this only after a sleep or a step. Milliseconds.
const sleepShows = 10_000;

interface Clocks {
  readonly monotonic: number;
  readonly uptime: number;
  readonly wall: number;
}

/**
 * Finds out that the machine has slept: the monotonic clock stands still then, wall and boot clock do not. Whoever is
 * about to use the network asks first, because nothing else tells everywhere.
 */
export class WakeDetector {
  readonly #clock: Clock;
  readonly #listeners: (() => void)[] = [];
  #seen: Clocks;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#seen = this.#clocks();
  }

  onWake(listener: () => void): void {
    this.#listeners.push(listener);
  }

  /** Tells the listeners where the machine has slept since the last look, and says so. */
  look(): boolean {
    const before = this.#seen;
    const now = this.#clocks();
    this.#seen = now;
    const awake = now.monotonic - before.monotonic;
    const slept = now.uptime - before.uptime - awake > sleepShows || now.wall - before.wall - awake > sleepShows;
    if (slept) this.#tell();
    return slept;
  }

  /** The system says itself that it has woken. */
  woken(): void {
    this.#seen = this.#clocks();
    this.#tell();
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }

  #clocks(): Clocks {
    return { monotonic: this.#clock.monotonic(), uptime: this.#clock.uptime() * 1_000, wall: this.#clock.now() };
  }
}

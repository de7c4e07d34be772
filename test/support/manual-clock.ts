import type { Clock, Timer } from '../../core/ports.ts';

interface Waiting {
  readonly due: number;
  readonly run: () => void;
}

/** A clock that stands still until it is told to move. Sleep and clock steps are separate, as in life. */
export class ManualClock implements Clock {
  bootId = 'boot-1';
  #wall = Date.UTC(2026, 0, 1);
  #monotonic = 1_000_000;
  #uptime = 10_000;
  readonly #waiting = new Set<Waiting>();

  now(): number {
    return this.#wall;
  }

  monotonic(): number {
    return this.#monotonic;
  }

  uptime(): number {
    return this.#uptime;
  }

  after(ms: number, run: () => void): Timer {
    const waiting = { due: this.#monotonic + ms, run };
    this.#waiting.add(waiting);
    return { cancel: () => this.#waiting.delete(waiting) };
  }

  /** Milliseconds until the next timer is due; undefined: there is none. */
  get untilNextTimer(): number | undefined {
    const due = Math.min(...[...this.#waiting].map((waiting) => waiting.due));
    return Number.isFinite(due) ? Math.max(0, due - this.#monotonic) : undefined;
  }

  /** Time passes while the machine is awake: every clock moves and timers run in order. */
  advance(ms: number): void {
    const end = this.#monotonic + ms;
    for (;;) {
      const next = [...this.#waiting].sort((a, b) => a.due - b.due)[0];
      if (next === undefined || next.due > end) break;
      this.#waiting.delete(next);
      this.#move(next.due - this.#monotonic);
      next.run();
    }
    this.#move(end - this.#monotonic);
  }

  /** The machine sleeps: only wall and boot clock move, no timer runs. */
  sleep(ms: number): void {
    this.#wall += ms;
    this.#uptime += ms / 1_000;
  }

  /** Somebody sets the wall clock. */
  step(ms: number): void {
    this.#wall += ms;
  }

  reboot(): void {
    this.bootId = `${this.bootId}+`;
    this.#uptime = 5;
  }

  #move(ms: number): void {
    this.#wall += ms;
    this.#monotonic += ms;
    this.#uptime += ms / 1_000;
  }
}

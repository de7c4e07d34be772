import type { Clock, Timer } from '../../core/ports.ts';
import { EventQueue } from './event-queue.ts';

export const second = 1_000;
export const minute = 60 * second;
export const hour = 60 * minute;
export const day = 24 * hour;

// A Monday, at midnight.
export const beginning = Date.UTC(2026, 5, 1);

/** A time span that has not ended while `until` is undefined. Milliseconds of true time. */
export interface Span {
  readonly from: number;
  until: number | undefined;
}

/**
 * `wall_only`: what a broker would live by that had no other clock, on a machine whose wall clock stands still with
 * the rest of it and so is set back by each sleep.
 */
export type ClockKind = 'honest' | 'wall_only';

/**
 * True time, and the one machine in it. Goes from event to event: nothing runs between two, and after each one
 * everything that was started comes to rest. Only one machine, because everything that matters happens on one.
 */
export class World {
  readonly #events = new EventQueue();
  readonly #timers = new EventQueue();
  readonly sleeps: Span[] = [];
  #time = 0;
  #slept = 0;
  #asleepSince: number | undefined;
  #wallStep = 0;
  #processes = 0;
  #boots = 1;
  #bootedAt = -3 * hour;
  readonly #turns: number;

  /** `turns`: how often everything that was started is given time to come to rest. */
  constructor(turns = 1) {
    this.#turns = turns;
  }

  /** Milliseconds since the simulation began. */
  get time(): number {
    return this.#time;
  }

  /** Milliseconds since the epoch, as every server's clock shows. */
  get date(): number {
    return beginning + this.#time;
  }

  get asleep(): boolean {
    return this.#asleepSince !== undefined;
  }

  /** Milliseconds the wall clock is ahead of true time. */
  get wallAhead(): number {
    return this.#wallStep;
  }

  /** Milliseconds the machine has been awake. */
  get awake(): number {
    return this.#time - this.#slept - (this.#asleepSince === undefined ? 0 : this.#time - this.#asleepSince);
  }

  /** Happens whether or not the machine is awake. */
  at(time: number, run: () => void): void {
    this.#events.add(Math.max(time, this.#time), run);
  }

  /** True time, not the machine's: what happens elsewhere goes on while the machine sleeps. */
  async pass(milliseconds: number): Promise<void> {
    await new Promise<void>((resolve) => this.at(this.#time + milliseconds, resolve));
  }

  /** The machine's time: stands still while it sleeps. */
  async work(milliseconds: number): Promise<void> {
    await new Promise<void>((resolve) => this.#timers.add(this.awake + milliseconds, resolve));
  }

  sleep(): void {
    if (this.#asleepSince !== undefined) return;
    this.#asleepSince = this.#time;
    this.sleeps.push({ from: this.#time, until: undefined });
  }

  wake(): void {
    const last = this.sleeps.at(-1);
    if (this.#asleepSince === undefined || last === undefined) return;
    this.#slept += this.#time - this.#asleepSince;
    this.#asleepSince = undefined;
    last.until = this.#time;
  }

  /** Only while no process runs. */
  reboot(): void {
    this.#boots += 1;
    this.#bootedAt = this.#time;
  }

  /** Somebody sets the wall clock, or the network's time does. */
  stepWall(milliseconds: number): void {
    this.#wallStep += milliseconds;
  }

  /** The clocks as one process sees them. A process that is no more (`alive`) has no timers. */
  clockFor(alive: () => boolean, kind: ClockKind): Clock {
    const origin = this.awake - 10 * second * ++this.#processes;
    const slept = (): number => (kind === 'wall_only' ? this.#time - this.awake : 0);
    return {
      bootId: kind === 'honest' ? `boot-${this.#boots}` : '',
      now: () => this.date + this.#wallStep - slept(),
      monotonic: () => this.awake - origin,
      uptime: () => (this.#time - this.#bootedAt - slept()) / second,
      after: (milliseconds, run): Timer => {
        const timer = this.#timers.add(this.awake + Math.max(1, milliseconds), () => {
          if (alive()) run();
        });
        return {
          cancel: () => {
            timer.run = undefined;
          },
        };
      },
    };
  }

  /** Lets time pass until `end`. */
  async run(end: number): Promise<void> {
    for (;;) {
      const event = this.#events.next ?? Number.POSITIVE_INFINITY;
      const timer = this.#nextTimer();
      const next = Math.min(event, timer);
      if (next > end) break;
      this.#time = Math.max(this.#time, next);
      (timer < event ? this.#timers : this.#events).take()?.();
      for (let turn = 0; turn < this.#turns; turn++) await nextTurn();
    }
    this.#time = end;
  }

  #nextTimer(): number {
    const due = this.#timers.next;
    return due === undefined || this.asleep ? Number.POSITIVE_INFINITY : due + this.#slept;
  }
}

const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** `day 3 09:14:05.250`, as the person's clock would show it. */
export function timeText(time: number): string {
  return `day ${Math.floor(time / day) + 1} ${new Date(beginning + time).toISOString().slice(11, 23)}`;
}

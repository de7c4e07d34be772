import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Clock, Timer } from '../../core/ports.ts';
import { EventQueue } from './event-queue.ts';

export const second = 1_000;
export const minute = 60 * second;
export const hour = 60 * minute;
export const day = 24 * hour;

// A Monday, at midnight.
const beginning = Date.UTC(2026, 5, 1);
const upBefore = 3 * hour;

/** A time span that has not ended while `until` is undefined. Milliseconds of true time. */
export interface Span {
  readonly from: number;
  until: number | undefined;
}

export const covers = (spans: readonly Span[], time: number): boolean =>
  spans.some(({ from, until }) => from <= time && (until === undefined || time < until));

/** `wall_only`: what a broker would live by that had no other clock, on a machine whose wall clock is set back. */
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

  /** Milliseconds since the simulation began. */
  get time(): number {
    return this.#time;
  }

  get asleep(): boolean {
    return this.#asleepSince !== undefined;
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

  /** Somebody sets the wall clock, or the network's time does. */
  stepWall(milliseconds: number): void {
    this.#wallStep += milliseconds;
  }

  /** The clocks as one process sees them. A process that is no more (`alive`) has no timers. */
  clockFor(alive: () => boolean, kind: ClockKind): Clock {
    const origin = this.awake - 10 * second * ++this.#processes;
    const slept = (): number => (kind === 'wall_only' ? this.#time - this.awake : 0);
    return {
      bootId: kind === 'honest' ? 'boot-1' : '',
      now: () => beginning + this.#time + this.#wallStep - slept(),
      monotonic: () => this.awake - origin,
      uptime: () => (upBefore + this.#time - slept()) / second,
      after: (milliseconds, run): Timer => {
        const timer = this.#timers.add(this.awake + Math.max(1, milliseconds), () => {
          if (alive()) run();
        });
        return {
          cancel: () => {
            timer.cancelled = true;
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
      (timer < event ? this.#timers : this.#events).take()?.run();
      await nextTurn();
    }
    this.#time = end;
  }

  #nextTimer(): number {
    const due = this.#timers.next;
    return due === undefined || this.asleep ? Number.POSITIVE_INFINITY : due + this.#slept;
  }
}

/** `day 3 09:14:05.250`, as the person's clock would show it. */
export function timeText(time: number): string {
  return `day ${Math.floor(time / day) + 1} ${new Date(beginning + time).toISOString().slice(11, 23)}`;
}

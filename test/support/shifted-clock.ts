import { SystemClock } from '../../core/platform/system-clock.ts';
import type { Clock, Timer } from '../../core/ports.ts';

/** The real clock, which a test can put forward: real servers go on while hours pass for the broker. */
export class ShiftedClock implements Clock {
  readonly #real = new SystemClock();
  readonly bootId = this.#real.bootId;
  #shift = 0;

  skip(ms: number): void {
    this.#shift += ms;
  }

  now(): number {
    return this.#real.now() + this.#shift;
  }

  monotonic(): number {
    return this.#real.monotonic() + this.#shift;
  }

  uptime(): number {
    return this.#real.uptime() + this.#shift / 1_000;
  }

  after(ms: number, run: () => void): Timer {
    return this.#real.after(ms, run);
  }
}

import type { Clock } from '../ports.ts';

export interface Deadline {
  /** Aborts with a `TimeoutError`, as `AbortSignal.timeout` does, once the time is over. */
  readonly signal: AbortSignal;
  /** What was to end in time has ended: leaves no timer behind. */
  cancel(): void;
}

/** A limit of `milliseconds` on the given clock. It stands still while the machine sleeps, as every timer does. */
export function deadline(clock: Pick<Clock, 'after'>, milliseconds: number): Deadline {
  const over = new AbortController();
  const late = (): void => over.abort(new DOMException(`no end within ${milliseconds} ms`, 'TimeoutError'));
  const timer = clock.after(milliseconds, late);
  return { signal: over.signal, cancel: () => timer.cancel() };
}

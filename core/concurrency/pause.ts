import { KeytrayError } from '../errors.ts';
import type { Clock } from '../ports.ts';

/** Waits on the given clock; rejects when the caller has gone. */
export async function pause(clock: Clock, milliseconds: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) throw gone();
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const timer = clock.after(Math.max(0, milliseconds), resolve);
  const abort = (): void => reject(gone());
  signal.addEventListener('abort', abort, { once: true });
  try {
    await promise;
  } finally {
    timer.cancel();
    signal.removeEventListener('abort', abort);
  }
}

/** For waits that no caller can leave. */
export const never: AbortSignal = new AbortController().signal;

const gone = (): KeytrayError => new KeytrayError('temporarily_unavailable', 'the caller has gone');

/** What `work` resolves to, or undefined where it takes longer. Leaves no timer behind; rejects when the caller has gone. */
export async function within<T>(
  clock: Clock,
  milliseconds: number,
  signal: AbortSignal,
  work: Promise<T>,
): Promise<T | undefined> {
  const over = new AbortController();
  const deadline = pause(clock, milliseconds, AbortSignal.any([signal, over.signal]));
  try {
    return await Promise.race([work, deadline.then(() => undefined)]);
  } finally {
    over.abort();
    deadline.catch(() => undefined);
  }
}

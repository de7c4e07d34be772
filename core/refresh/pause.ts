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

const gone = (): KeytrayError => new KeytrayError('temporarily_unavailable', 'the caller has gone');

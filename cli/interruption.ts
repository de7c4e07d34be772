import { constants } from 'node:os';

/** The exit status of a program that a signal ended, as shells report it. */
export function signalStatus(signal: NodeJS.Signals): number {
  return 128 + constants.signals[signal];
}

/**
 * Does the work; when the person interrupts it, cleans up and ends the process as the signal would have. Once
 * interrupted, it never returns: what the cleaning up makes of the work is nobody's result.
 */
export async function endingOnInterruption<T>(cleanUp: () => Promise<void>, work: () => Promise<T>): Promise<T> {
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  let interrupted = false;
  const handle = (signal: NodeJS.Signals): void => {
    const end = (): never => process.exit(signalStatus(signal));
    // Twice means: do not wait for anything.
    if (interrupted) end();
    interrupted = true;
    cleanUp().then(end, end);
  };
  for (const signal of signals) process.on(signal, handle);
  try {
    return await work();
  } finally {
    if (interrupted) await new Promise<never>(() => undefined);
    for (const signal of signals) process.off(signal, handle);
  }
}

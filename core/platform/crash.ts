import { placeOf } from '../errors.ts';
import type { Logger } from '../ports.ts';

export interface CrashReport {
  /** From now on the log has it as well. */
  logTo(logger: Logger): void;
}

/**
 * Ends this process with status 1 on the first error nobody caught, and says what kind of error it was and where.
 * Its words are left out: Node would print them, its properties and a line of source, and they may quote a request.
 */
export function endOnCrash(say: (line: string) => void): CrashReport {
  let logger: Logger | undefined;
  const end = (error: unknown): void => {
    try {
      const where = placeOf(error);
      say(`keytray: unexpected failure: ${where}`);
      logger?.error('unexpected failure', { where });
    } finally {
      process.exit(1);
    }
  };
  process.on('uncaughtException', end);
  process.on('unhandledRejection', end);
  return {
    logTo(log) {
      logger = log;
    },
  };
}

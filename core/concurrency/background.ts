import { placeOf } from '../errors.ts';
import type { Logger } from '../ports.ts';

/** Lets work go on that nobody waits for. Where it fails, the log says what and where; the process lives on. */
export function inBackground(logger: Logger, what: string, work: Promise<unknown>): void {
  work.catch((error: unknown) => {
    logger.error('work in the background failed', { what, where: placeOf(error) });
  });
}

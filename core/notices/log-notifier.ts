import type { Logger, Notifier } from '../ports.ts';

/** Where there is no desktop: notices go to the log, and nobody can choose. */
export function logNotifier(logger: Logger): Notifier {
  return {
    show: ({ id, title, body, otherwise }) => logger.warn('notice', { id, title, body, otherwise }),
    withdraw: (id) => logger.info('notice withdrawn', { id }),
  };
}

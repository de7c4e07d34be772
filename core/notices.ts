import type { Logger, Notice, Notifier } from './ports.ts';

/** Where there is no desktop: notices go to the log. */
export function logNotifier(logger: Logger): Notifier {
  return {
    show: ({ id, title, body }) => logger.warn('notice', { id, title, body }),
    withdraw: (id) => logger.info('notice withdrawn', { id }),
  };
}

/** `worksUntil`: milliseconds since the epoch, when the first token in use runs out; undefined where none is left. */
export function keychainLockedNotice(worksUntil: number | undefined): Notice {
  return {
    id: 'keychain-locked',
    title: 'Keychain is locked',
    body:
      worksUntil === undefined
        ? 'Unlock it to keep working.'
        : `Unlock it to keep working after ${localTime(worksUntil)}.`,
  };
}

/** As the clock on the person's wall shows it: `15:20`. */
function localTime(milliseconds: number): string {
  const time = new Date(milliseconds);
  const digits = (value: number): string => String(value).padStart(2, '0');
  return `${digits(time.getHours())}:${digits(time.getMinutes())}`;
}

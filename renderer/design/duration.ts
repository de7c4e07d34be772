const minute = 60;
const hour = 60 * minute;
const day = 24 * hour;

/** Seconds as people say them, as on the command line: `12 s`, `42 min`, `6 h`, `3 d`; rounded down. */
export function formatDuration(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  if (whole < 2 * minute) return `${whole} s`;
  if (whole < 2 * hour) return `${Math.floor(whole / minute)} min`;
  if (whole < 2 * day) return `${Math.floor(whole / hour)} h`;
  return `${Math.floor(whole / day)} d`;
}

/** `in 4 h`, `12 min ago`, `now`; both in milliseconds. */
export function formatRelative(time: number, now: number): string {
  const seconds = (time - now) / 1_000;
  if (Math.abs(seconds) < 5) return 'now';
  return seconds > 0 ? `in ${formatDuration(seconds)}` : `${formatDuration(-seconds)} ago`;
}

const absolute = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' });

export function formatAbsolute(time: number): string {
  // It throws where there is no such time, and the whole page with it.
  return Number.isNaN(time) ? '' : absolute.format(time);
}

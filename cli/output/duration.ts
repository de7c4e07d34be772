const minute = 60;
const hour = 60 * minute;
const day = 24 * hour;

/**
 * Seconds as people say them: `12 s`, `42 min`, `6 h`, `3 d`. Always rounded down, since it is mostly time left, and
 * a unit is used from two on, so that rounding never hides half of it.
 */
export function formatDuration(seconds: number): string {
  if (!Number.isFinite(seconds)) return '-';
  const whole = Math.max(0, Math.floor(seconds));
  if (whole < 2 * minute) return `${whole} s`;
  if (whole < 2 * hour) return `${Math.floor(whole / minute)} min`;
  if (whole < 2 * day) return `${Math.floor(whole / hour)} h`;
  return `${Math.floor(whole / day)} d`;
}

/** Seconds from `now` (milliseconds) to an ISO 8601 time; negative when it has passed. */
export function secondsUntil(time: string, now: number): number {
  return (Date.parse(time) - now) / 1000;
}

import { longestLifetime, noEnd, readSeconds } from './lifetime.ts';

/** Milliseconds since the epoch: the last one that is written with a year of four digits. */
const lastInstant = Date.UTC(9999, 11, 31, 23, 59, 59, 999);

/**
 * RFC 3339, in UTC. Never throws, as `Date` itself does for a time it cannot hold: what lies outside the years 1970 to
 * 9999 becomes the nearer end, what is not a number the beginning.
 */
export function isoTime(milliseconds: number): string {
  const within = Math.min(Math.max(milliseconds, 0), lastInstant);
  return new Date(Number.isNaN(within) ? 0 : within).toISOString();
}

/** Whether a stored time, in milliseconds since the epoch, is one that can be. */
export const isInstant = (milliseconds: number): boolean => milliseconds >= 0 && milliseconds <= lastInstant;

/**
 * A time as a token has it (`exp`, `iat`: RFC 7519 §2), in whole seconds since the epoch; `noEnd` where it is more than
 * ten years after `now`, in milliseconds since the epoch. Undefined where it is negative or cannot be read.
 */
export function readInstant(value: unknown, now: number): number | undefined {
  // A NumericDate is a JSON number, and nothing else.
  const seconds = typeof value === 'number' ? readSeconds(value) : undefined;
  return seconds !== undefined && seconds - now / 1_000 > longestLifetime ? noEnd : seconds;
}

const dayName = /^(?:mon|tue|wed|thu|fri|sat|sun)/i;

/**
 * An HTTP date (RFC 9110 §5.6.7) in milliseconds since the epoch. Undefined where it is none, or more than ten years
 * from `now`: a clock that wrong tells nothing.
 */
export function readHttpDate(header: string | null, now: number): number | undefined {
  // Date.parse alone takes too much ("-1" is a year); an HTTP date starts with the day's name.
  const at = header !== null && dayName.test(header.trim()) ? Date.parse(header) : Number.NaN;
  return Math.abs(at - now) <= longestLifetime * 1_000 ? at : undefined;
}

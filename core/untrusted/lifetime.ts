/** A lifetime a server gives that is longer than anyone plans: `9223372036854775807` is how some spell "never". */
export const noEnd = Number.POSITIVE_INFINITY;

/** Seconds. Beyond it a lifetime has no end, and every date we reckon with stays far from where dates overflow. */
export const longestLifetime = 10 * 365 * 86_400;

const decimal = /^\d+(?:\.\d+)?$/;

/** A number or a decimal string of 0 or more, fractions cut; undefined where it is neither. May be `Infinity`. */
export function readSeconds(value: unknown): number | undefined {
  const seconds = typeof value === 'string' && decimal.test(value) ? Number(value) : value;
  return typeof seconds === 'number' && seconds >= 0 ? Math.floor(seconds) : undefined;
}

/**
 * A lifetime as a reply has it (`expires_in`, RFC 6749 §5.1, and its kin): whole seconds from 0 to ten years, or
 * `noEnd`. Undefined where it is negative or cannot be read.
 */
export function readLifetime(value: unknown): number | undefined {
  const seconds = readSeconds(value);
  return seconds !== undefined && seconds > longestLifetime ? noEnd : seconds;
}

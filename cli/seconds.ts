import { InvalidArgumentError } from 'commander';

/** The longest the local API takes. */
const longest = 86_400;

/** Parses an option that counts seconds; anything but a whole number of them is a usage error. */
export function wholeSeconds(text: string): number {
  const seconds = /^\d{1,6}$/.test(text) ? Number(text) : Number.NaN;
  if (!(seconds <= longest)) throw new InvalidArgumentError(`Give whole seconds, 0 to ${longest}.`);
  return seconds;
}

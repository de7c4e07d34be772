import { timingSafeEqual } from 'node:crypto';
import { inspect } from 'node:util';

const printed = '[secret]';

/**
 * A value that must never be seen: a token, a code, a verifier, a passphrase.
 * Printing, serialising or interpolating it yields `[secret]`; only `reveal()` gives the text,
 * and it is called where the value leaves the process for the place it is meant for.
 */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  reveal(): string {
    return this.#value;
  }

  /** Compares in constant time, so that a caller cannot guess a secret byte by byte. */
  equals(other: Secret): boolean {
    const mine = Buffer.from(this.#value);
    const theirs = Buffer.from(other.#value);
    return mine.length === theirs.length && timingSafeEqual(mine, theirs);
  }

  toString(): string {
    return printed;
  }

  toJSON(): string {
    return printed;
  }

  [Symbol.toPrimitive](): string {
    return printed;
  }

  [inspect.custom](): string {
    return printed;
  }
}

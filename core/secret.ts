import { timingSafeEqual } from 'node:crypto';
import { inspect } from 'node:util';

const printed = '[secret]';

/**
 * A value that must never be seen: a token, a code, a verifier, a passphrase.
 * Printing, serialising or interpolating it yields `[secret]`; only `reveal()` gives the text,
 * and it is called where the value leaves the process for the place it is meant for.
 * Two of them are compared with `equals`; test/architecture/secret-use.test.ts finds `==`.
 */
export class Secret {
  // Bytes, because a string would stand in every heap snapshot; and bytes of their own, because the memory that
  // small Buffers share is given out again as it was left.
  readonly #bytes: Buffer;

  constructor(value: string) {
    this.#bytes = Buffer.alloc(Buffer.byteLength(value));
    this.#bytes.write(value);
  }

  reveal(): string {
    return this.#bytes.toString();
  }

  /** In bytes. The length of a token may be told; that of a passphrase not. */
  get length(): number {
    return this.#bytes.length;
  }

  /** Compares in constant time, so that a caller cannot guess a secret byte by byte. */
  equals(other: Secret): boolean {
    return this.#bytes.length === other.#bytes.length && timingSafeEqual(this.#bytes, other.#bytes);
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

import { NamedFlights } from '../concurrency/shared-flight.ts';
import type { Clock } from '../ports.ts';

/** Something short-lived made from an account's credential for one target. `expiresAt`: milliseconds since the epoch. */
export interface Derived {
  readonly expiresAt: number;
}

export interface DerivedRequest<Value> {
  readonly account: string;
  /** Everything the answer depends on: another sign-in, other settings and another target are other keys. */
  readonly key: () => string;
  readonly obtain: () => Promise<Value>;
}

export interface DerivedOptions {
  readonly clock: Pick<Clock, 'now'>;
  /** Milliseconds before the end at which a new one is asked for, of a whole life in milliseconds. */
  readonly margin?: (life: number) => number;
}

interface Held<Value> {
  readonly account: string;
  readonly obtainedAt: number;
  readonly value: Value;
}

/** With fewer milliseconds left, a request may arrive too late. */
const shortestUse = 60_000;
/** Callers choose parts of the target; the oldest goes first. */
const mostHeld = 256;

const usualMargin = (life: number): number => Math.min(300_000, life / 4);

/** Derived credentials, in memory only, and one request for all who ask for the same. */
export class DerivedCredentials<Value extends Derived> {
  readonly #clock: Pick<Clock, 'now'>;
  readonly #margin: (life: number) => number;
  readonly #held = new Map<string, Held<Value>>();
  readonly #asked = new NamedFlights<Value>();

  constructor({ clock, margin = usualMargin }: DerivedOptions) {
    this.#clock = clock;
    this.#margin = margin;
  }

  /** One with enough life left. Where none can be had, the one before while it lasts; else throws as `obtain` does. */
  async credentials(request: DerivedRequest<Value>): Promise<Value> {
    const key = request.key();
    const held = this.#held.get(key);
    if (held !== undefined && this.#left(held.value) > this.#margin(held.value.expiresAt - held.obtainedAt)) {
      return held.value;
    }
    try {
      return await this.#asked.join(key, () => this.#ask(key, request));
    } catch (error) {
      if (held !== undefined && this.#left(held.value) > shortestUse) return held.value;
      throw error;
    }
  }

  /** The account was signed out, or is another person's now. */
  forget(account: string): void {
    for (const [key, held] of this.#held) if (held.account === account) this.#held.delete(key);
  }

  async #ask(key: string, { account, key: keyNow, obtain }: DerivedRequest<Value>): Promise<Value> {
    const value = await obtain();
    // Signed out meanwhile: whoever asked before gets it, nobody after.
    if (keyNow() === key) this.#keep(key, account, value);
    return value;
  }

  #keep(key: string, account: string, value: Value): void {
    for (const [other, held] of this.#held) if (this.#left(held.value) <= 0) this.#held.delete(other);
    this.#held.delete(key);
    const [oldest] = this.#held.keys();
    if (oldest !== undefined && this.#held.size >= mostHeld) this.#held.delete(oldest);
    this.#held.set(key, { account, obtainedAt: this.#clock.now(), value });
  }

  #left({ expiresAt }: Derived): number {
    return expiresAt - this.#clock.now();
  }
}

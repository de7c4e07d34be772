/** Taken back when the call is at work again; a second call changes nothing. */
export type AtWork = () => void;

/**
 * Helper calls that wait for their caller, in the order in which they began to. A newcomer for whom there is no room
 * takes the place of the first: a call nobody feeds must not keep out one that could be answered at once.
 */
export class IdleCalls {
  readonly #waiting = new Set<() => void>();

  /** `end` ends the call and gives back what it holds before it returns. */
  wait(end: () => void): AtWork {
    const entry = (): void => end();
    this.#waiting.add(entry);
    return () => {
      this.#waiting.delete(entry);
    };
  }

  /** Ends the call that has waited longest, if there is one. */
  endOldest(): void {
    const [oldest] = this.#waiting;
    if (oldest === undefined) return;
    this.#waiting.delete(oldest);
    oldest();
  }
}

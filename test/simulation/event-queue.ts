export interface QueuedEvent {
  readonly due: number;
  readonly order: number;
  /** Undefined: cancelled. What it would have done, and all that hangs on it, is let go at once. */
  run: (() => void) | undefined;
}

/** What is to happen, earliest first, and in the order it was asked for where times are equal. A binary heap. */
export class EventQueue {
  readonly #heap: QueuedEvent[] = [];
  #order = 0;

  add(due: number, run: () => void): QueuedEvent {
    const event = { due, order: this.#order++, run };
    this.#heap.push(event);
    this.#rise(this.#heap.length - 1);
    return event;
  }

  /** When the next event is due; undefined where there is none. */
  get next(): number | undefined {
    for (let first = this.#heap[0]; first !== undefined; first = this.#heap[0]) {
      if (first.run !== undefined) return first.due;
      this.#takeFirst();
    }
    return undefined;
  }

  /** The next event's deed. */
  take(): (() => void) | undefined {
    return this.next === undefined ? undefined : this.#takeFirst()?.run;
  }

  #takeFirst(): QueuedEvent | undefined {
    const first = this.#heap[0];
    const last = this.#heap.pop();
    if (last !== undefined && first !== last) {
      this.#heap[0] = last;
      this.#sink();
    }
    return first;
  }

  #earlier(one: number, other: number): boolean {
    const a = this.#heap[one];
    const b = this.#heap[other];
    if (a === undefined || b === undefined) return a !== undefined;
    return a.due === b.due ? a.order < b.order : a.due < b.due;
  }

  #rise(start: number): void {
    for (let at = start; at > 0; ) {
      const parent = (at - 1) >> 1;
      if (!this.#earlier(at, parent)) return;
      this.#swap(at, parent);
      at = parent;
    }
  }

  #sink(): void {
    for (let at = 0; ; ) {
      const left = 2 * at + 1;
      const child = this.#earlier(left + 1, left) ? left + 1 : left;
      if (child >= this.#heap.length || !this.#earlier(child, at)) return;
      this.#swap(at, child);
      at = child;
    }
  }

  #swap(one: number, other: number): void {
    const a = this.#heap[one];
    const b = this.#heap[other];
    if (a === undefined || b === undefined) return;
    this.#heap[one] = b;
    this.#heap[other] = a;
  }
}

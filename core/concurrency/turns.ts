/** One after another: the one mutex. Work waits until all work before it has ended, however that ended. */
export class Turns {
  #last: Promise<unknown> = Promise.resolve();

  /** Settles as `work` does. */
  take<Result>(work: () => Promise<Result>): Promise<Result> {
    const turn = this.#last.then(work);
    this.#last = turn.catch(() => undefined);
    return turn;
  }

  /** Resolves when all work that has been given so far has ended. */
  async over(): Promise<void> {
    await this.#last;
  }
}

/** Turns by name, for as long as somebody waits in them. */
export class NamedTurns {
  readonly #byName = new Map<string, { readonly turns: Turns; taken: number }>();

  async take<Result>(name: string, work: () => Promise<Result>): Promise<Result> {
    const entry = this.#byName.get(name) ?? { turns: new Turns(), taken: 0 };
    this.#byName.set(name, entry);
    entry.taken += 1;
    try {
      return await entry.turns.take(work);
    } finally {
      entry.taken -= 1;
      if (entry.taken === 0) this.#byName.delete(name);
    }
  }

  async over(name: string): Promise<void> {
    await this.#byName.get(name)?.turns.over();
  }

  async allOver(): Promise<void> {
    await Promise.all([...this.#byName.values()].map(({ turns }) => turns.over()));
  }
}

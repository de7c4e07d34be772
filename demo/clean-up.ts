/** What must end with the demo, ended in reverse order. */
export interface CleanUp {
  /** After the end has come, what is deferred is ended at once: an interruption may meet a server half started. */
  defer(end: () => Promise<void>): void;
  /** Ends everything, also where one of them fails; then throws what failed first. */
  run(): Promise<void>;
}

export function createCleanUp(): CleanUp {
  const ends: (() => Promise<void>)[] = [];
  let over = false;
  return {
    defer(end) {
      if (over) void end().catch(() => undefined);
      else ends.push(end);
    },
    async run() {
      over = true;
      const failures: unknown[] = [];
      for (const end of ends.splice(0).reverse()) {
        await end().catch((error: unknown) => failures.push(error));
      }
      if (failures.length > 0) throw failures[0];
    },
  };
}

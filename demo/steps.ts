/** The demo's numbered lines: what was done and what that proved. */
export interface Steps {
  /** Number of the last line written; the one under way is the next. */
  readonly written: number;
  passed(what: string): void;
  /** A line below the step, for what a person may want to see. */
  detail(text: string): void;
}

export function numberedSteps(total: number, write: (text: string) => void): Steps {
  let written = 0;
  return {
    get written() {
      return written;
    },
    passed(what) {
      written += 1;
      write(`✓ ${written}/${total} ${what}\n`);
    },
    detail(text) {
      for (const line of text.trimEnd().split('\n')) write(`      ${line}\n`);
    },
  };
}

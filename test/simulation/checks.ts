import { timeText } from './world.ts';

/** What must never happen. */
export const invariants = [
  'avoidable login',
  'expired token handed out',
  'token handed out before it was stored',
  'two refreshes of an account at a time',
  'dead token sent again',
  'request during Retry-After',
  'mixed generations',
  'refused without cause',
  'call never answered',
  'unexpected failure',
] as const;
export type Invariant = (typeof invariants)[number];

export interface Violations {
  readonly count: number;
  /** The first of them, each on one line. */
  readonly samples: readonly string[];
}

const mostSamples = 5;

/** Counts what happened, and notes what should not have. */
export class Checks {
  readonly #violations = new Map<Invariant, { count: number; samples: string[] }>();
  readonly #counts = new Map<string, number>();

  violated(invariant: Invariant, time: number, account: string, what: string): void {
    const known = this.#violations.get(invariant) ?? { count: 0, samples: [] };
    this.#violations.set(invariant, known);
    known.count += 1;
    if (known.samples.length < mostSamples) known.samples.push(`${timeText(time)} ${account}: ${what}`);
  }

  count(what: string): void {
    this.#counts.set(what, (this.#counts.get(what) ?? 0) + 1);
  }

  of(invariant: Invariant): Violations {
    return this.#violations.get(invariant) ?? { count: 0, samples: [] };
  }

  get counts(): ReadonlyMap<string, number> {
    return this.#counts;
  }
}

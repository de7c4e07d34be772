import { grantKinds } from '../../core/services/grant.ts';
import { timeText } from './world.ts';

/** What must never happen. */
export const invariants = [
  'avoidable login',
  'false notice',
  'expired token handed out',
  'token handed out before it was stored',
  'two refreshes of an account at a time',
  'dead token sent again',
  'request during Retry-After',
  'mixed generations',
  'refused without cause',
  'a client asked too often',
  'call never answered',
  'unexpected failure',
] as const;
export type Invariant = (typeof invariants)[number];

export interface Violations {
  readonly count: number;
  /** The first of them, each on one line. */
  readonly samples: readonly string[];
}

export const tallies = [
  'calls',
  'calls answered with a token',
  'calls told to wait or to try later',
  'token requests',
  'token requests answered with tokens',
  'other requests',
  'outages',
  'sleeps',
  'restarts',
  'keychain locks',
  'wall clock steps',
  'notices',
  'unavoidable logins',
  ...grantKinds.map((grant) => `served: ${grant}` as const),
] as const;
export type Tally = (typeof tallies)[number];

const mostSamples = 5;

/** Counts what happened, and notes what should not have. */
export class Checks {
  readonly #violations = new Map<Invariant, { count: number; samples: string[] }>();
  readonly #counts = new Map<Tally, number>();
  /** Each unavoidable login, and why. */
  readonly losses = new Map<string, number>();

  violated(invariant: Invariant, time: number, account: string, what: string): void {
    const known = this.#violations.get(invariant) ?? { count: 0, samples: [] };
    this.#violations.set(invariant, known);
    known.count += 1;
    if (known.samples.length < mostSamples) known.samples.push(`${timeText(time)} ${account}: ${what}`);
  }

  count(what: Tally, by = 1): void {
    this.#counts.set(what, this.counted(what) + by);
  }

  counted(what: Tally): number {
    return this.#counts.get(what) ?? 0;
  }

  lost(why: string): void {
    this.count('unavoidable logins');
    this.losses.set(why, (this.losses.get(why) ?? 0) + 1);
  }

  of(invariant: Invariant): Violations {
    return this.#violations.get(invariant) ?? { count: 0, samples: [] };
  }
}

import type { Problem } from './host-pattern.ts';

/** What is wrong between the keys of an account. */
export interface RuleProblem extends Problem {
  /** Key of the account that is meant; undefined for the account as a whole. */
  readonly key: string | undefined;
}

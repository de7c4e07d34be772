import type { Clock } from '../ports.ts';
import type { Account } from './account.ts';
import { isRenewable } from './renewal.ts';
import { secondsLeft } from './token-age.ts';

/** Whether the account could serve the next caller without a person. */
export function servesAlone({ state }: Account, clock: Clock): boolean {
  if (state.kind === 'ready') return state.problem.kind !== 'elsewhere';
  if (state.kind !== 'signed_in') return false;
  const { problem, record } = state;
  if (problem.kind !== 'none' && problem.kind !== 'unreachable' && problem.kind !== 'misconfigured') return false;
  return isRenewable(record) || secondsLeft(record, clock) > 0;
}

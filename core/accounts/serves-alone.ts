import type { Clock } from '../ports.ts';
import type { Account } from './account.ts';
import { secondsLeft } from './token-age.ts';

/** Whether the account could serve the next caller without a person. */
export function servesAlone({ state }: Account, clock: Clock): boolean {
  if (state.kind !== 'signed_in') return false;
  const { problem, record } = state;
  if (problem.kind !== 'none' && problem.kind !== 'unreachable' && problem.kind !== 'misconfigured') return false;
  return record.refreshToken !== undefined || secondsLeft(record, clock) > 0;
}

import { describe, expect, it } from 'vitest';
import { type AccountState, presentState } from '../../../core/accounts/account-state.ts';
import type { RefreshProblem } from '../../../core/accounts/refresh-problem.ts';
import { ManualClock } from '../../support/manual-clock.ts';
import { recordAt } from '../../support/records.ts';

const record = recordAt(new ManualClock());
const signedIn = (problem: RefreshProblem, changes = {}): AccountState => ({
  kind: 'signed_in',
  record: { ...record, ...changes },
  problem,
});
const none: RefreshProblem = { kind: 'none' };
const dead: RefreshProblem = { kind: 'dead', why: 'gone' };
const pace = { failures: 1, retryAt: 0, askedRetryAt: 0, forbiddenUntil: 0 };
const unreachable: RefreshProblem = { kind: 'unreachable', why: 'x', maybeSpent: false, ...pace };
const misconfigured: RefreshProblem = { kind: 'misconfigured', error: 'invalid_client', why: 'x', ...pace };
const refused: RefreshProblem = { kind: 'refused', why: 'x', count: 3, firstSeen: 0, lastSeen: 120_000, ...pace };

describe('the state people see', () => {
  it.each<[string, AccountState, number, boolean, string, string | undefined]>([
    ['fresh', signedIn(none), 100, false, 'active', undefined],
    ['expired but refreshable', signedIn(none), -1, false, 'active', undefined],
    ['expired, no refresh token', signedIn(none, { refreshToken: undefined }), -1, false, 'login_required', 'expired'],
    ['dead, still valid', signedIn(dead), 100, false, 'degraded', 'login_required'],
    ['dead, expired', signedIn(dead), -1, false, 'login_required', 'session_ended'],
    ['dead, expired, being signed in', signedIn(dead), -1, true, 'signing_in', 'sign_in_open'],
    ['dead, still valid, being signed in', signedIn(dead), 100, true, 'degraded', 'login_required'],
    ['unreachable, expired', signedIn(unreachable), -1, false, 'degraded', 'unreachable'],
    ['misconfigured', signedIn(misconfigured), -1, false, 'degraded', 'misconfigured'],
    ['refused, still valid', signedIn(refused), 10, false, 'degraded', 'refused'],
    ['refused long enough, expired', signedIn(refused), -1, false, 'login_required', 'session_ended'],
    ['never signed in', { kind: 'signed_out', why: 'never' }, 0, false, 'signed_out', 'never_signed_in'],
    ['signing in for the first time', { kind: 'signed_out', why: 'never' }, 0, true, 'signing_in', 'sign_in_open'],
    ['keychain locked', { kind: 'unreadable', trouble: { kind: 'locked' } }, 0, true, 'locked', 'keychain_locked'],
    ['not read yet', { kind: 'unread' }, 0, false, 'locked', 'not_read_yet'],
    [
      'another registration',
      { kind: 'signed_out', why: 'registration_changed', issuedBy: 'as.example' },
      0,
      false,
      'login_required',
      'registration_changed',
    ],
    ['unreadable record', { kind: 'signed_out', why: 'corrupt' }, 0, false, 'login_required', 'record_corrupt'],
  ])('%s', (_case, state, secondsLeft, signingIn, name, reason) => {
    const presented = presentState(state, { secondsLeft, signingIn });
    expect(presented.name).toBe(name);
    expect('reason' in presented ? presented.reason : undefined).toBe(reason);
  });
});

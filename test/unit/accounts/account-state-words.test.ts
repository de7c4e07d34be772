import { describe, expect, it } from 'vitest';
import { type AccountState, presentState, renewed, signedIn } from '../../../core/accounts/account-state.ts';
import { afterFailure, type RefreshProblem } from '../../../core/accounts/refresh-problem.ts';
import type { StoreTrouble } from '../../../core/stores/secret-store.ts';
import { ManualClock } from '../../support/manual-clock.ts';
import { recordAt } from '../../support/records.ts';

const clock = new ManualClock();
const record = recordAt(clock);
const pace = { failures: 1, retryAt: 0, askedRetryAt: 0, forbiddenUntil: 0 };
const unreachable = afterFailure(
  { kind: 'none' },
  { kind: 'transient', retryAfter: undefined, why: 'no route' },
  { now: 0, random: 0, forced: false },
);
const dead: RefreshProblem = { kind: 'dead', why: 'gone' };
const refused: RefreshProblem = { kind: 'refused', why: 'no', count: 1, firstSeen: 0, lastSeen: 0, ...pace };
const suspect: RefreshProblem = { kind: 'suspect', why: 'x', firstSeen: 0, ...pace };
const misconfigured: RefreshProblem = { kind: 'misconfigured', error: 'invalid_client', why: 'who?', ...pace };

const inUse = (problem: RefreshProblem, changes = {}): AccountState => ({
  kind: 'signed_in',
  record: { ...record, ...changes },
  problem,
});
const said = (state: AccountState, secondsLeft = 0, signingIn = false) => {
  const presented = presentState(state, { secondsLeft, signingIn });
  return presented.name === 'active' ? 'active' : [presented.name, presented.reason, presented.description];
};

describe('what people are told of a store', () => {
  it.each<[StoreTrouble, string, string]>([
    [{ kind: 'locked' }, 'keychain_locked', 'The keychain is locked; unlock it.'],
    [{ kind: 'stuck' }, 'keychain_stuck', 'The keychain did not answer; a prompt may be open.'],
    [{ kind: 'denied', detail: 'not you' }, 'keychain_denied', 'The keychain refused access: not you'],
    [{ kind: 'corrupt', detail: 'bits' }, 'keychain_corrupt', 'The keychain holds unreadable data: bits'],
    [
      { kind: 'absent', detail: 'no bus' },
      'keychain_absent',
      'There is no keychain to read: no bus. Start one, or choose another `store:` for this account.',
    ],
    [{ kind: 'locked', store: 'encrypted-file' }, 'encrypted_file_locked', 'The encrypted file is locked.'],
    [
      { kind: 'stuck', left: true },
      'keychain_stuck',
      'The sign-in is still in another store: the keychain did not answer.',
    ],
    [
      { kind: 'denied', detail: 'not yours', store: 'encrypted-file', left: true },
      'encrypted_file_denied',
      'The sign-in is still in another store: the encrypted file cannot be used: not yours.',
    ],
  ])('%j', (trouble, reason, description) => {
    expect(said({ kind: 'unreadable', trouble })).toEqual(['locked', reason, description]);
  });

  it('is nothing certain before it was read', () => {
    expect(said({ kind: 'unread' }, 0, true)).toEqual(['locked', 'not_read_yet', 'The keychain has not answered yet.']);
  });
});

describe('what people are told of an account nobody is signed in to', () => {
  it.each<[(AccountState & { kind: 'signed_out' })['why'], string, string, string]>([
    ['never', 'signed_out', 'never_signed_in', 'Nobody has signed in yet.'],
    ['logout', 'signed_out', 'signed_out', 'Signed out.'],
    [
      'registration_changed',
      'login_required',
      'registration_changed',
      'The saved sign-in belongs to another client or server than the config names now.',
    ],
    ['corrupt', 'login_required', 'record_corrupt', 'The saved sign-in cannot be read.'],
  ])('%s', (why, name, reason, description) => {
    const state: AccountState =
      why === 'registration_changed' ? { kind: 'signed_out', why, issuedBy: undefined } : { kind: 'signed_out', why };
    expect(said(state)).toEqual([name, reason, description]);
    expect(said(state, 0, true)).toEqual(['signing_in', 'sign_in_open', 'A sign-in is open in the browser.']);
  });
});

describe('what people are told of a session', () => {
  const again = 'The server no longer renews this session; sign in again before the token runs out.';
  const ended = ['login_required', 'session_ended', 'The session has ended; sign in again.'];
  const ranOut = 'The token has run out and the server gave no refresh token; sign in again.';

  it.each<[string, AccountState, number, string | readonly string[]]>([
    ['in order', inUse({ kind: 'none' }), 10, 'active'],
    ['out of touch', inUse(unreachable), 10, ['degraded', 'unreachable', 'Waiting for the server: no route.']],
    ['suspected dead', inUse(suspect), 10, ['degraded', 'login_required', again]],
    ['suspected dead and run out', inUse(suspect), 0, ['degraded', 'login_required', again]],
    ['dead, in its last second', inUse(dead), 1, ['degraded', 'login_required', again]],
    ['dead, and run out', inUse(dead), 0, ended],
    ['refused once', inUse(refused), 0, ['degraded', 'refused', 'The server refused to renew: no.']],
    [
      'with another client',
      inUse(misconfigured),
      10,
      ['degraded', 'misconfigured', 'The server refuses this client (who?).'],
    ],
    ['without refresh token', inUse({ kind: 'none' }, { refreshToken: undefined }), 1, 'active'],
    [
      'without refresh token, run out',
      inUse({ kind: 'none' }, { refreshToken: undefined }),
      0,
      ['login_required', 'expired', ranOut],
    ],
  ])('%s', (_what, state, secondsLeft, words) => {
    expect(said(state, secondsLeft)).toEqual(words);
  });
});

describe('the state after a new record', () => {
  const later = { ...record, generation: 2 };

  it('is without trouble, unless the session had ended', () => {
    expect(signedIn(record)).toEqual({ kind: 'signed_in', record, problem: { kind: 'none' } });
    const ended = { ...record, sessionEnded: true };
    const problem = { kind: 'dead', why: 'the session has ended' };
    expect(signedIn(ended)).toEqual({ kind: 'signed_in', record: ended, problem });
  });

  it('keeps the back-off where only the refresh token is another', () => {
    expect(renewed(inUse(unreachable), signedIn(later))).toEqual({
      kind: 'signed_in',
      record: later,
      problem: unreachable,
    });
  });

  it.each([{ obtainedAt: record.obtainedAt + 1 }, { uptime: record.uptime + 1 }])(
    'begins anew with an access token received at another time: %j',
    (changes) => {
      const fresh = { ...later, ...changes };
      expect(renewed(inUse(unreachable), signedIn(fresh))).toEqual(signedIn(fresh));
    },
  );

  it.each<[string, AccountState]>([
    ['suspicion', inUse(suspect)],
    ['no trouble', inUse({ kind: 'none' })],
    ['no sign-in', { kind: 'signed_out', why: 'never' }],
    ['a locked store', { kind: 'unreadable', trouble: { kind: 'locked' } }],
  ])('begins anew after %s', (_what, before) => {
    expect(renewed(before, signedIn(later))).toEqual(signedIn(later));
  });
});

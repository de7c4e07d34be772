import { describe, expect, it } from 'vitest';
import { describeFailure } from '../../../cli/failure.ts';
import { loginOutcome, pastedAnswer } from '../../../cli/login-outcome.ts';
import type { LoginView } from '../../../core/wire/schemas.ts';

const login = (changes: Partial<LoginView>): LoginView => ({
  login_id: 'l1',
  account: 'github@work',
  state: 'started',
  ...changes,
});

const title = 'GitHub (work)';

function exitOf(changes: Partial<LoginView>): number {
  const outcome = loginOutcome(login(changes), title);
  return outcome.kind === 'failed' ? describeFailure(outcome.failure).exit : -1;
}

describe('loginOutcome', () => {
  it('is open while a person may still answer', () => {
    expect(loginOutcome(login({ state: 'requested' }), title).kind).toBe('open');
    expect(loginOutcome(login({ state: 'started' }), title).kind).toBe('open');
  });

  it('names the person, where the server does', () => {
    const subject = { issuer: 'https://github.com', subject: '1', name: 'ada' };
    expect(loginOutcome(login({ state: 'succeeded', subject }), title)).toEqual({
      kind: 'signed_in',
      sentence: 'Signed in to GitHub (work) as ada.',
    });
    expect(loginOutcome(login({ state: 'succeeded' }), title)).toEqual({
      kind: 'signed_in',
      sentence: 'Signed in to GitHub (work).',
    });
  });

  it.each([
    [{ state: 'cancelled' }, 4],
    [{ state: 'expired' }, 4],
    [{ state: 'failed', error: 'access_denied' }, 5],
    [{ state: 'failed', error: 'identity_mismatch' }, 5],
    [{ state: 'failed', error: 'temporarily_unavailable' }, 6],
    [{ state: 'failed', error: 'server_error' }, 6],
    [{ state: 'failed', error: 'keychain_locked' }, 7],
    [{ state: 'failed', error: 'misconfigured' }, 2],
    [{ state: 'failed', error: 'invalid_client' }, 2],
    [{ state: 'failed', error: 'toString' }, 1],
    [{ state: 'failed' }, 1],
  ] as const)('%j ends with status %d', (changes, exit) => {
    expect(exitOf(changes)).toBe(exit);
  });
});

describe('pastedAnswer', () => {
  it('tells an address from a code', () => {
    const url = 'http://127.0.0.1:4711/callback?code=c&state=s';
    expect(pastedAnswer(` ${url}\n`)).toEqual({ redirect_url: url });
    expect(pastedAnswer('abc-DEF_123')).toEqual({ code: 'abc-DEF_123' });
  });
});

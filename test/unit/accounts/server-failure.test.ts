import { describe, expect, it } from 'vitest';
import { serverFailure, wordsOf } from '../../../core/accounts/server-directory.ts';
import { KeytrayError } from '../../../core/errors.ts';
import { OAuthFailure, type OAuthFailureCause } from '../../../core/oauth/oauth-failure.ts';

const lab = { id: 'lab', clientSecret: { stored: false } };

describe('what a person meets when a sign-in does not get through', () => {
  it.each<[OAuthFailureCause, string]>([
    [{ kind: 'oauth_error', error: 'invalid_client', description: undefined, status: 401 }, 'misconfigured'],
    [{ kind: 'oauth_error', error: 'invalid_scope', description: undefined, status: 400 }, 'misconfigured'],
    [{ kind: 'oauth_error', error: 'unheard_of', description: undefined, status: 400 }, 'misconfigured'],
    [{ kind: 'oauth_error', error: 'invalid_grant', description: undefined, status: 400 }, 'login_required'],
    [{ kind: 'oauth_error', error: 'expired_token', description: undefined, status: 400 }, 'login_required'],
    [{ kind: 'oauth_error', error: 'access_denied', description: undefined, status: 403 }, 'access_denied'],
    [{ kind: 'oauth_error', error: 'server_error', description: undefined, status: 400 }, 'temporarily_unavailable'],
    [{ kind: 'oauth_error', error: 'invalid_client', description: undefined, status: 503 }, 'temporarily_unavailable'],
    [{ kind: 'rejected', what: 'x' }, 'misconfigured'],
    [{ kind: 'http_status', status: 503 }, 'temporarily_unavailable'],
    [{ kind: 'malformed', status: 200, what: 'x' }, 'temporarily_unavailable'],
    [{ kind: 'network', code: 'ENOTFOUND' }, 'temporarily_unavailable'],
    [{ kind: 'timeout' }, 'temporarily_unavailable'],
  ])('%j', (cause, code) => {
    const failure = new OAuthFailure('as it was said', cause);
    const met = serverFailure(failure, lab);
    expect(met).toMatchObject({ code, message: 'as it was said', account: 'lab', cause: failure });
    expect(met.retryAfter).toBeUndefined();
  });

  it('tells how long the server wants to be left alone', () => {
    const busy = new OAuthFailure('busy', { kind: 'http_status', status: 503 }, { retryAfter: 7 });
    expect(serverFailure(busy, lab).retryAfter).toBe(7);
  });

  it('is our own failure as it stands', () => {
    const ours = new KeytrayError('keychain_locked', 'x');
    expect(serverFailure(ours, lab)).toBe(ours);
  });

  it('quotes nothing of what nobody expected', () => {
    const fault = new TypeError('Invalid URL: https://a:secret@b');
    expect(serverFailure(fault, lab)).toMatchObject({
      code: 'internal_error',
      message: 'the sign-in failed unexpectedly',
      account: 'lab',
      cause: fault,
    });
  });
});

describe('what cures a client that the server does not know', () => {
  it.each([
    [true, 'check_client_secret'],
    [false, 'check_client'],
    [undefined, 'check_client'],
  ])('names the stored secret where there is one (%s)', (stored, fix) => {
    const failure = new OAuthFailure('no', {
      kind: 'oauth_error',
      error: 'invalid_client',
      description: undefined,
      status: 401,
    });
    expect(serverFailure(failure, { id: 'lab', clientSecret: { stored } }).fix).toBe(fix);
  });
});

describe('what the log is told', () => {
  it('is what we say ourselves, and never what others say', () => {
    expect(wordsOf(new KeytrayError('misconfigured', 'ours'))).toBe('ours');
    expect(wordsOf(new OAuthFailure('ours too', { kind: 'timeout' }))).toBe('ours too (timeout)');
    expect(wordsOf(new Error('secret'))).not.toContain('secret');
  });
});

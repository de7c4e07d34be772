import { describe, expect, it } from 'vitest';
import { judgePoll } from '../../../core/oauth/device-poll.ts';
import { OAuthFailure, type OAuthFailureCause } from '../../../core/oauth/oauth-failure.ts';

const said = (error: string, status = 400): OAuthFailureCause => ({
  kind: 'oauth_error',
  error,
  description: undefined,
  status,
});

describe('a poll without tokens', () => {
  it.each<[OAuthFailureCause, string]>([
    [said('authorization_pending'), 'pending'],
    // GitHub answers every error with 200.
    [said('authorization_pending', 200), 'pending'],
    [said('slow_down'), 'slow_down'],
    [said('slow_down', 429), 'slow_down'],
    [said('access_denied'), 'denied'],
    [said('authorization_declined'), 'denied'],
    [said('expired_token'), 'expired'],
    [said('server_error'), 'try_again'],
    [said('temporarily_unavailable'), 'try_again'],
    [said('oops', 503), 'try_again'],
    [said('too_many_requests', 429), 'try_again'],
    [said('invalid_client', 401), 'over'],
    [said('unauthorized_client'), 'over'],
    [said('invalid_grant'), 'over'],
    [said('toString'), 'over'],
    [{ kind: 'http_status', status: 500 }, 'try_again'],
    [{ kind: 'http_status', status: 302 }, 'try_again'],
    [{ kind: 'http_status', status: 400 }, 'try_again'],
    [{ kind: 'malformed', status: 200, what: 'not a token reply' }, 'try_again'],
    [{ kind: 'network', code: 'ECONNREFUSED' }, 'try_again'],
    [{ kind: 'timeout' }, 'try_again'],
    [{ kind: 'rejected', what: 'aud' }, 'over'],
  ])('%j: %s', (failure, verdict) => {
    expect(judgePoll(new OAuthFailure('x', failure))).toBe(verdict);
  });

  it.each<[OAuthFailureCause, string]>([
    [said('invalid_request'), 'without_verifier'],
    [said('invalid_grant'), 'without_verifier'],
    [said('invalid_grant', 503), 'try_again'],
    [said('invalid_request', 429), 'try_again'],
    [said('invalid_client', 401), 'over'],
    [said('expired_token'), 'expired'],
    [said('authorization_pending'), 'pending'],
  ])('that carried a code verifier, %j: %s', (failure, verdict) => {
    expect(judgePoll(new OAuthFailure('x', failure), true)).toBe(verdict);
  });
});

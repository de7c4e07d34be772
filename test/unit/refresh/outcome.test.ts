import { describe, expect, it } from 'vitest';
import { OAuthFailure, type OAuthFailureCause } from '../../../core/oauth/oauth-failure.ts';
import { classifyRefreshFailure } from '../../../core/refresh/outcome.ts';

const oauthError = (error: string, status = 400): OAuthFailureCause => ({
  kind: 'oauth_error',
  error,
  description: undefined,
  status,
});
const status = (code: number): OAuthFailureCause => ({ kind: 'http_status', status: code });

const forged: OAuthFailureCause = {
  kind: 'oauth_error',
  error: 'invalid_grant',
  description: undefined,
  status: 400,
  unverified: true,
};

const table: readonly (readonly [string, OAuthFailureCause, string])[] = [
  ['invalid_grant', oauthError('invalid_grant'), 'invalid_grant'],
  ['invalid_grant with 401', oauthError('invalid_grant', 401), 'invalid_grant'],
  ['invalid_grant with 403', oauthError('invalid_grant', 403), 'invalid_grant'],
  ['invalid_grant with 200', oauthError('invalid_grant', 200), 'invalid_grant'],
  ['invalid_grant nobody can vouch for', forged, 'refused'],
  ['invalid_grant from a gateway in trouble', oauthError('invalid_grant', 503), 'transient'],
  ['invalid_grant with 429', oauthError('invalid_grant', 429), 'transient'],
  ['invalid_client', oauthError('invalid_client', 401), 'misconfigured'],
  ['unauthorized_client', oauthError('unauthorized_client'), 'misconfigured'],
  ['invalid_scope', oauthError('invalid_scope'), 'misconfigured'],
  ['invalid_target', oauthError('invalid_target'), 'misconfigured'],
  ['unsupported_grant_type', oauthError('unsupported_grant_type'), 'misconfigured'],
  ['temporarily_unavailable', oauthError('temporarily_unavailable'), 'transient'],
  ['server_error', oauthError('server_error'), 'transient'],
  ['slow_down', oauthError('slow_down'), 'transient'],
  ['interaction_required', oauthError('interaction_required'), 'invalid_grant'],
  ['login_required', oauthError('login_required'), 'invalid_grant'],
  ['consent_required', oauthError('consent_required'), 'invalid_grant'],
  ['mfa_required', oauthError('mfa_required', 403), 'invalid_grant'],
  ['login_required from a gateway in trouble', oauthError('login_required', 502), 'transient'],
  ['expired_token', oauthError('expired_token'), 'refused'],
  ['an error nobody knows', oauthError('token_is_tired'), 'refused'],
  ['invalid_request', oauthError('invalid_request'), 'refused'],
  ['a bare 400', status(400), 'refused'],
  ['a bare 401', status(401), 'refused'],
  ['302 to a captive portal', status(302), 'transient'],
  ['307', status(307), 'transient'],
  ['403 with HTML', status(403), 'transient'],
  ['404', status(404), 'transient'],
  ['407', status(407), 'transient'],
  ['408', status(408), 'transient'],
  ['429', status(429), 'transient'],
  ['500', status(500), 'transient'],
  ['502', status(502), 'transient'],
  ['503', status(503), 'transient'],
  ['504', status(504), 'transient'],
  ['200 with HTML', { kind: 'malformed', status: 200, what: 'not a token reply' }, 'transient'],
  ['no name', { kind: 'network', code: 'ENOTFOUND' }, 'transient'],
  ['name server asleep', { kind: 'network', code: 'EAI_AGAIN' }, 'transient'],
  ['a foreign certificate', { kind: 'network', code: 'SELF_SIGNED_CERT_IN_CHAIN' }, 'transient'],
  ['a broken connection', { kind: 'network', code: 'ECONNRESET' }, 'transient'],
  ['no answer', { kind: 'timeout' }, 'transient'],
  ['metadata that fails a check', { kind: 'rejected', what: 'another issuer' }, 'transient'],
];

describe('classifyRefreshFailure', () => {
  it.each(table)('%s', (_what, cause, kind) => {
    expect(classifyRefreshFailure(new OAuthFailure('what was seen', cause))).toMatchObject({
      kind,
      why: 'what was seen',
    });
  });

  it.each(table)('passes on how long the server wants to be left alone: %s', (_what, cause) => {
    const failure = new OAuthFailure('busy', cause, { retryAfter: 120 });
    expect(classifyRefreshFailure(failure)).toMatchObject({ retryAfter: 120, why: 'busy' });
  });

  it('names the error that needs a person', () => {
    const failure = new OAuthFailure('no', oauthError('invalid_client', 401));
    expect(classifyRefreshFailure(failure)).toMatchObject({
      kind: 'misconfigured',
      error: 'invalid_client',
      why: 'no',
    });
  });

  it('takes the name a service has for a dead token', () => {
    const failure = new OAuthFailure('no', oauthError('bad_refresh_token', 200));
    expect(classifyRefreshFailure(failure)).toMatchObject({ kind: 'refused' });
    expect(classifyRefreshFailure(failure, ['bad_refresh_token'])).toMatchObject({ kind: 'invalid_grant' });
  });
});

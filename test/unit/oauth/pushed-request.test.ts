import { expect, it } from 'vitest';
import type { OAuthFailureCause } from '../../../core/oauth/oauth-failure.ts';
import { isForOthersOnly } from '../../../core/oauth/pushed-request.ts';

const error = (name: string, status = 400): OAuthFailureCause => ({
  kind: 'oauth_error',
  error: name,
  description: undefined,
  status,
});

it.each<[string, OAuthFailureCause]>([
  ['its endpoint is not there', { kind: 'http_status', status: 404 }],
  ['it is for another method', { kind: 'http_status', status: 405 }],
  ['a gateway keeps it closed', { kind: 'http_status', status: 403 }],
  ['the client may not', error('unauthorized_client')],
  ['it answers a client without a secret as Keycloak 15 did', error('invalid_request', 401)],
])('a request is not pushed again where %s', (_why, failure) => {
  expect([isForOthersOnly(failure, 'public'), isForOthersOnly(failure, 'confidential')]).toEqual([true, true]);
});

it.each<[string, OAuthFailureCause]>([
  ['refuses a scope', error('invalid_scope')],
  ['refuses the person', error('access_denied', 403)],
  ['does not know the redirect URI', error('invalid_redirect_uri')],
  ['is in trouble', { kind: 'http_status', status: 503 }],
  ['is in trouble and says what of', error('invalid_request', 500)],
  ['asks to wait', { kind: 'http_status', status: 429 }],
  ['sends to another page', { kind: 'http_status', status: 302 }],
  ['cannot be reached', { kind: 'network', code: 'ECONNREFUSED' }],
  ['does not answer in time', { kind: 'timeout' }],
  ['answers with a page', { kind: 'malformed', status: 200, what: 'not JSON' }],
])('no request goes through the browser instead where the server %s', (_what, failure) => {
  expect([isForOthersOnly(failure, 'public'), isForOthersOnly(failure, 'confidential')]).toEqual([false, false]);
});

it('a client without a secret may be unknown to the endpoint alone; one with a secret is unknown', () => {
  const unknown = error('invalid_client', 401);
  expect([isForOthersOnly(unknown, 'public'), isForOthersOnly(unknown, 'confidential')]).toEqual([true, false]);
});

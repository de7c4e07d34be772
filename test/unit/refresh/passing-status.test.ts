import { describe, expect, it } from 'vitest';
import { OAuthFailure } from '../../../core/oauth/oauth-failure.ts';
import { classifyRefreshFailure } from '../../../core/refresh/outcome.ts';

const deadToken = (status: number) =>
  new OAuthFailure('no', { kind: 'oauth_error', error: 'invalid_grant', description: undefined, status });

describe('invalid_grant', () => {
  it.each([300, 302, 399, 407, 408, 429, 500, 503, 599])('does not count with status %d', (status) => {
    expect(classifyRefreshFailure(deadToken(status))).toMatchObject({ kind: 'transient' });
  });

  it.each([200, 299, 400, 401, 403, 404, 406, 409, 428, 430, 499])('counts with status %d', (status) => {
    expect(classifyRefreshFailure(deadToken(status))).toMatchObject({ kind: 'invalid_grant' });
  });
});

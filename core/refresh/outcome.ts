import type { RefreshFailure } from '../accounts/refresh-problem.ts';
import { assertNever } from '../errors.ts';
import type { OAuthFailure } from '../oauth/oauth-failure.ts';

/** RFC 6749 §5.2 and RFC 8707 §2: what is wrong is the registration or the request, not the token. */
const misconfigurations: ReadonlySet<string> = new Set([
  'invalid_client',
  'unauthorized_client',
  'invalid_scope',
  'invalid_target',
  'unsupported_grant_type',
]);

/** RFC 6749 §4.1.2.1 and RFC 8628 §3.5: errors that say themselves that they pass. */
const passing: ReadonlySet<string> = new Set(['server_error', 'temporarily_unavailable', 'slow_down']);

/** Statuses that speak of the server or the way to it, whatever the body says. */
const passingStatus = (status: number): boolean =>
  status === 407 || status === 408 || status === 429 || status >= 500 || (status >= 300 && status < 400);

/**
 * Classifies a failed refresh. Only a well-formed `invalid_grant` over a connection that cannot be forged speaks
 * against the refresh token; `deadTokenErrors` are further names a service uses for it.
 */
export function classifyRefreshFailure(failure: OAuthFailure, deadTokenErrors: readonly string[] = []): RefreshFailure {
  const said = { retryAfter: failure.retryAfter, why: failure.message };
  const transient: RefreshFailure = {
    kind: 'transient',
    refreshToken: failure.refreshToken,
    replyLost: failure.replyLost,
    ...said,
  };
  const seen = failure.failure;
  switch (seen.kind) {
    case 'oauth_error':
      if (passingStatus(seen.status) || passing.has(seen.error)) return transient;
      if (seen.error === 'invalid_grant' || deadTokenErrors.includes(seen.error)) {
        return seen.unverified === true ? { kind: 'refused', ...said } : { kind: 'invalid_grant', ...said };
      }
      if (misconfigurations.has(seen.error)) return { kind: 'misconfigured', error: seen.error, ...said };
      return { kind: 'refused', ...said };
    case 'http_status':
      return seen.status === 400 || seen.status === 401 ? { kind: 'refused', ...said } : transient;
    case 'network':
      return { ...transient, answered: seen.answered };
    case 'malformed':
    case 'timeout':
    case 'rejected':
      return transient;
    default:
      return assertNever(seen);
  }
}

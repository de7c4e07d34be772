import { assertNever } from '../errors.ts';
import type { OAuthFailure } from '../oauth/oauth-failure.ts';

/** What a failed refresh means for the refresh token. `retryAfter` is seconds, as the server asked. */
export type RefreshOutcome =
  /** Nothing is known against the token: keep it, back off, try again. */
  | { readonly kind: 'transient'; readonly retryAfter: number | undefined; readonly why: string }
  /** The server says the token is dead. Counts only when seen twice for one generation. */
  | { readonly kind: 'invalid_grant'; readonly why: string }
  /** A sign-in would meet the same error: tell the person once, try again hourly at most. */
  | { readonly kind: 'misconfigured'; readonly error: string; readonly why: string }
  /** A no without a reason: keep the token and try again; a sign-in is offered once nothing else is left. */
  | { readonly kind: 'refused'; readonly why: string };

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
export function classifyRefreshFailure(failure: OAuthFailure, deadTokenErrors: readonly string[] = []): RefreshOutcome {
  const why = failure.message;
  const transient: RefreshOutcome = { kind: 'transient', retryAfter: failure.retryAfter, why };
  const seen = failure.failure;
  switch (seen.kind) {
    case 'oauth_error':
      if (passingStatus(seen.status) || passing.has(seen.error)) return transient;
      if (seen.error === 'invalid_grant' || deadTokenErrors.includes(seen.error)) {
        return seen.unverified === true ? { kind: 'refused', why } : { kind: 'invalid_grant', why };
      }
      if (misconfigurations.has(seen.error)) return { kind: 'misconfigured', error: seen.error, why };
      return { kind: 'refused', why };
    case 'http_status':
      return seen.status === 400 || seen.status === 401 ? { kind: 'refused', why } : transient;
    case 'malformed':
    case 'network':
    case 'timeout':
    case 'rejected':
      return transient;
    default:
      return assertNever(seen);
  }
}

import type { RefreshFailure } from '../accounts/refresh-problem.ts';
import { assertNever } from '../errors.ts';
import { classOfError } from '../oauth/error-class.ts';
import { detailOf } from '../oauth/failure-words.ts';
import type { OAuthFailure } from '../oauth/oauth-failure.ts';
import { traitsOf } from '../services/grant.ts';
import type { AccountSettings } from '../services/service.ts';

/** RFC 6749 §5.2, OpenID Connect Core §3.1.2.6, and MFA as Entra asks for it. Only these may end a sign-in. */
const personNeeded: ReadonlySet<string> = new Set([
  'invalid_grant',
  'interaction_required',
  'login_required',
  'consent_required',
  'mfa_required',
]);

/** Classifies a failed request for a token by what the account renews with. */
export function classifyFailure(failure: OAuthFailure, settings: AccountSettings): RefreshFailure {
  const { renewal, signIn } = traitsOf(settings.grant.kind);
  if (renewal !== 'again') return ofClient(classifyRefreshFailure(failure, settings.deadTokenErrors), settings);
  return classifyRepeatedRequest(failure, { kept: signIn === 'fields' });
}

/** Servers clear away clients that they registered themselves; the next sign-in registers another. */
function ofClient(failure: RefreshFailure, { registersClient }: AccountSettings): RefreshFailure {
  if (registersClient !== true || failure.kind !== 'misconfigured' || failure.error !== 'invalid_client')
    return failure;
  const why = 'the server no longer knows the client that was registered for this sign-in';
  return { ...failure, why, advice: 'Sign in again: that registers another client.' };
}

/**
 * Classifies the failure of a request that can be made at any time: nothing in it dies, and no sign-in cures it. A
 * well-formed refusal is for the person who set the account up, whatever the word. `kept`: a secret that a person gave
 * was refused, which is the configuration's affair; else the account itself may not have what it asks for.
 */
export function classifyRepeatedRequest(failure: OAuthFailure, { kept }: { readonly kept: boolean }): RefreshFailure {
  const said = { retryAfter: failure.retryAfter, why: failure.message, detail: detailOf(failure.failure) };
  const seen = failure.failure;
  if (seen.kind !== 'oauth_error' || classOfError(seen.error, seen.status) === 'passing' || seen.unverified === true) {
    return { kind: 'transient', ...said };
  }
  const denied = !kept && classOfError(seen.error, seen.status) !== 'configuration';
  return { kind: 'misconfigured', error: seen.error, denied, ...said };
}

/**
 * Classifies a failed refresh. Only a well-formed `invalid_grant`, or another word for a person being needed, over a
 * connection that cannot be forged speaks against the refresh token; `deadTokenErrors` are further names a service or
 * an account has for it.
 */
export function classifyRefreshFailure(failure: OAuthFailure, deadTokenErrors: readonly string[] = []): RefreshFailure {
  const said = { retryAfter: failure.retryAfter, why: failure.message, detail: detailOf(failure.failure) };
  const transient: RefreshFailure = {
    kind: 'transient',
    refreshToken: failure.refreshToken,
    replyLost: failure.replyLost,
    ...said,
  };
  const seen = failure.failure;
  switch (seen.kind) {
    case 'oauth_error': {
      const about = classOfError(seen.error, seen.status);
      if (about === 'passing') return transient;
      if (personNeeded.has(seen.error) || deadTokenErrors.includes(seen.error)) {
        return seen.unverified === true ? { kind: 'refused', ...said } : { kind: 'invalid_grant', ...said };
      }
      // `invalid_request` is what some servers say of a dead token: no configuration would cure that.
      if (about === 'configuration' && seen.error !== 'invalid_request') {
        return { kind: 'misconfigured', error: seen.error, ...said };
      }
      return { kind: 'refused', ...said };
    }
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

/** Nobody is there any more, as far as one try can tell; a reply that was lost came from somebody. */
export const isGone = ({ failure, replyLost }: OAuthFailure): boolean =>
  (failure.kind === 'network' && !replyLost) ||
  (failure.kind === 'http_status' && (failure.status === 404 || failure.status === 410));

/** What was lost on the way may have spent the token all the same. */
export const isAnswered = (failure: RefreshFailure): boolean =>
  failure.kind !== 'transient' || failure.answered === true;

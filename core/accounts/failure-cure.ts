import type { FailureDetails } from '../errors.ts';
import { classOfError } from '../oauth/error-class.ts';
import { isUntrusted, isWrongAddress } from '../oauth/failure-words.ts';
import type { Check, OAuthFailureCause } from '../oauth/oauth-failure.ts';

/** What is known of the account that the server's answer does not tell. */
export interface FailureContext {
  readonly secretStored: boolean;
}

export type Cure = Pick<FailureDetails, 'fix' | 'advice'>;

/** What cures a failure of the authorization server; empty where its code says all there is. Pure. */
export function cureOf(failure: OAuthFailureCause, context: FailureContext): Cure {
  switch (failure.kind) {
    case 'oauth_error':
      return cureOfError(failure.error, failure.status, context);
    case 'rejected':
      return cureOfRejection(failure.check);
    case 'network':
    case 'http_status':
    case 'malformed':
    case 'timeout':
      if (isUntrusted(failure)) return { fix: 'check_certificate' };
      return isWrongAddress(failure) ? { fix: 'check_address' } : {};
  }
}

/** The same for an error in a redirect, which has no status. */
export function cureOfError(error: string, status: number | undefined, { secretStored }: FailureContext): Cure {
  if (error === 'invalid_client') return { fix: secretStored ? 'check_client_secret' : 'check_client' };
  if (error === 'invalid_scope') return { fix: 'check_scopes' };
  return classOfError(error, status) === 'sign_in' ? { fix: 'sign_in' } : {};
}

function cureOfRejection(check: Check | undefined): Cure {
  switch (check) {
    case 'issuer':
      return { advice: 'Set the issuer of the account to exactly what the server calls itself.' };
    case 'registration':
      return { fix: 'sign_in' };
    case undefined:
      return { advice: 'Report it to whoever runs the server; nothing was stored.' };
  }
}

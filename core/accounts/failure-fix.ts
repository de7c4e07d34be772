import type { Fix } from '../errors.ts';
import type { OAuthFailureCause } from '../oauth/oauth-failure.ts';

/** What is known of the account that the server's answer does not tell. */
export interface FailureContext {
  readonly secretStored: boolean;
}

/** What cures a failure of the authorization server; undefined where its code says all there is. Pure. */
export function fixOf(failure: OAuthFailureCause, { secretStored }: FailureContext): Fix | undefined {
  if (failure.kind !== 'oauth_error') return undefined;
  if (failure.error === 'invalid_client') return secretStored ? 'check_client_secret' : 'check_client';
  return undefined;
}

import type { Account } from '../accounts/account.ts';
import type { RefreshFailure } from '../accounts/refresh-problem.ts';
import type { KeytrayError } from '../errors.ts';

/** No token, for a reason that no authorization server gave: what it means for the account is known where it was seen. */
export class RenewalFailed extends Error {
  readonly failure: RefreshFailure;

  constructor(failure: RefreshFailure) {
    super(failure.why);
    this.name = 'RenewalFailed';
    this.failure = failure;
  }
}

/**
 * What a failure on the way to a credential means for the account. A sign-in that another account needs is passed on
 * as it is, and so names that one; a store that is locked is told as what it is.
 */
export function failureOf(account: Account, error: KeytrayError): Error {
  const { code, message: why, detail, retryAfter, advice } = error;
  switch (code) {
    case 'login_required':
      account.reconsider(() => ({ kind: 'subject', account: error.account ?? '', why }));
      return error;
    case 'temporarily_unavailable':
      return new RenewalFailed({ kind: 'transient', why, detail, retryAfter, ...(advice !== undefined && { advice }) });
    case 'misconfigured':
    case 'access_denied':
      return new RenewalFailed({
        kind: 'misconfigured',
        error: code,
        local: true,
        denied: code === 'access_denied',
        ...{ why, detail, retryAfter, advice: advice ?? 'Check the configuration of the account.' },
      });
    default:
      return error;
  }
}

import type { RefreshFailure } from '../accounts/refresh-problem.ts';

/** No token, for a reason that no authorization server gave: what it means for the account is known where it was seen. */
export class RenewalFailed extends Error {
  readonly failure: RefreshFailure;

  constructor(failure: RefreshFailure, options: { readonly cause?: unknown } = {}) {
    super(failure.why, options);
    this.name = 'RenewalFailed';
    this.failure = failure;
  }
}

import type { FailureCode, Fix, KeytrayError } from '../errors.ts';
import { printable } from '../untrusted/plain-text.ts';

/** A failure as every surface is told of it, in the names of the wire (`errorSchema`). */
export interface FailureView {
  readonly error: FailureCode;
  readonly error_description: string;
  readonly account?: string;
  readonly login_id?: string;
  readonly retry_after?: number;
  readonly fix?: Fix;
  readonly advice?: string;
  readonly detail?: string;
}

export function failureView(failure: KeytrayError): FailureView {
  const { code, message, account, loginId, retryAfter, fix, advice, detail } = failure;
  return {
    error: code,
    error_description: printable(message),
    ...(account !== undefined && { account }),
    ...(loginId !== undefined && { login_id: loginId }),
    ...(retryAfter !== undefined && { retry_after: retryAfter }),
    ...(fix !== undefined && { fix }),
    ...(advice !== undefined && { advice: printable(advice) }),
    ...(detail !== undefined && { detail: printable(detail) }),
  };
}

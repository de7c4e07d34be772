import { type FailureCode, type Fix, failures, fixes, KeytrayError } from '../errors.ts';

/** The broker's error answer as the failure it was; whatever else came in its place is an `internal_error`. */
export function failureOf(status: number | undefined, text: string): KeytrayError {
  const view = viewOf(text);
  const code = view.error;
  if (typeof code !== 'string' || !isFailureCode(code)) {
    return new KeytrayError('internal_error', `Keytray answered with status ${status ?? 'unknown'}`);
  }
  const {
    error_description: description,
    account,
    login_id: loginId,
    retry_after: retryAfter,
    fix,
    advice,
    detail,
  } = view;
  return new KeytrayError(code, typeof description === 'string' ? description : code, {
    ...(typeof account === 'string' && { account }),
    ...(typeof loginId === 'string' && { loginId }),
    ...(typeof retryAfter === 'number' && { retryAfter }),
    ...(isFix(fix) && { fix }),
    ...(typeof advice === 'string' && { advice }),
    ...(typeof detail === 'string' && { detail }),
  });
}

function viewOf(text: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}

/** A newer broker may know others. */
export function isFix(fix: unknown): fix is Fix {
  return fixes.some((known) => known === fix);
}

function isFailureCode(code: string): code is FailureCode {
  return Object.hasOwn(failures, code);
}

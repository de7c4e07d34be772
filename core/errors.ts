/**
 * Every failure a caller can meet, with the HTTP status the local API answers
 * and the exit code the command line ends with.
 */
export const failures = {
  unknown_account: { status: 404, exit: 8 },
  unknown_login: { status: 404, exit: 2 },
  not_found: { status: 404, exit: 8 },
  login_required: { status: 409, exit: 4 },
  identity_mismatch: { status: 409, exit: 5 },
  misconfigured: { status: 422, exit: 2 },
  access_denied: { status: 403, exit: 5 },
  temporarily_unavailable: { status: 503, exit: 6 },
  keychain_locked: { status: 423, exit: 7 },
  keychain_absent: { status: 503, exit: 7 },
  invalid_request: { status: 400, exit: 2 },
  payload_too_large: { status: 413, exit: 2 },
  no_broker: { status: 503, exit: 3 },
  internal_error: { status: 500, exit: 1 },
} as const satisfies Record<string, { status: number; exit: number }>;

export type FailureCode = keyof typeof failures;

/** What cures a failure, where its code alone does not say: each surface has its own words, or its own button. */
export const fixes = [
  'answer_prompt',
  'check_address',
  'check_certificate',
  'check_client',
  'check_client_secret',
  'check_scopes',
  'choose_passphrase',
  'create_encrypted_file',
  'no_client_secret',
  'paste_address',
  'renew_sign_in',
  'run_without_sudo',
  'set_client_secret',
  'sign_in',
  'unlock_encrypted_file',
  'unlock_keychain',
] as const;

export type Fix = (typeof fixes)[number];

export interface FailureDetails {
  readonly account?: string;
  readonly loginId?: string;
  /** Seconds until another try makes sense. */
  readonly retryAfter?: number;
  readonly fix?: Fix;
  /** What to do, in a sentence, where no `fix` says it. Names no command of ours: the window shows it too. */
  readonly advice?: string;
  /** The protocol's own words (`invalid_client`, `ECONNREFUSED`), for those who ask; a person's first line has none. */
  readonly detail?: string | undefined;
  readonly cause?: unknown;
}

/** A failure with a stable code. The message is for people and never carries a secret. */
export class KeytrayError extends Error {
  readonly code: FailureCode;
  readonly account: string | undefined;
  readonly loginId: string | undefined;
  readonly retryAfter: number | undefined;
  readonly fix: Fix | undefined;
  readonly advice: string | undefined;
  readonly detail: string | undefined;

  constructor(code: FailureCode, message: string, details: FailureDetails = {}) {
    super(message, 'cause' in details ? { cause: details.cause } : undefined);
    this.name = 'KeytrayError';
    this.code = code;
    this.account = details.account;
    this.loginId = details.loginId;
    this.retryAfter = details.retryAfter;
    this.fix = details.fix;
    this.advice = details.advice;
    this.detail = details.detail;
  }
}

/** What is told differently where a failure is told again. */
export interface Retelling {
  readonly code?: FailureCode;
  readonly account?: string;
  readonly message?: string;
  /** Takes the place of `fix`, too. */
  readonly advice?: string;
}

/** The same failure in other words. */
export function retold(error: KeytrayError, other: Retelling): KeytrayError {
  const { code, message, account, loginId, retryAfter, fix, advice, detail } = error;
  const about = other.account ?? account;
  const told = other.advice ?? advice;
  return new KeytrayError(other.code ?? code, other.message ?? message, {
    detail,
    cause: error,
    ...(about !== undefined && { account: about }),
    ...(loginId !== undefined && { loginId }),
    ...(retryAfter !== undefined && { retryAfter }),
    ...(other.advice === undefined && fix !== undefined && { fix }),
    ...(told !== undefined && { advice: told }),
  });
}

/** The person has stopped all hand-outs: what to do is the same for every account, and in the message. */
export class HandOutsStopped extends KeytrayError {}

/** The compiler refuses a switch over a closed union that forgets a member. */
export function assertNever(value: never): never {
  throw new TypeError(`unexpected value: ${JSON.stringify(value)}`);
}

/** The system's name of what went wrong: `ENOENT`. */
export function systemCodeOf(error: unknown, otherwise = 'unknown'): string {
  return error instanceof Error && 'code' in error ? String(error.code) : otherwise;
}

/**
 * What kind of error it is and where it was made, on one line. Not its words: the message of an error that is no
 * `KeytrayError` can quote what it failed on.
 */
export function placeOf(error: unknown): string {
  if (!(error instanceof Error)) return typeof error;
  const { message, stack = '' } = error;
  // The message comes first and may have lines that look like frames; one that was changed since cannot be cut off.
  const start = stack.indexOf(message);
  const traced = start === -1 ? '' : stack.slice(start + message.length);
  const frames = traced.split('\n').filter((line) => /^\s+at \S/.test(line));
  const code = 'code' in error && /^[A-Z][A-Z0-9_]{2,60}$/.test(String(error.code)) ? ` (${error.code})` : '';
  return [`${error.constructor.name}${code}`, ...frames.slice(0, 6).map((line) => line.trim())].join(' ');
}

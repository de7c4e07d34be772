import { type FailureCode, type Fix, failures, KeytrayError } from '../core/errors.ts';
import { formatDuration } from './output/duration.ts';
import { printable } from './output/printable.ts';

/** A failure of the command line itself, which knows better than any table what to do about it. */
export class CommandFailure extends Error {
  readonly exit: number;
  readonly hint: string;

  constructor(exit: number, message: string, hint: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'CommandFailure';
    this.exit = exit;
    this.hint = hint;
  }
}

export const usageStatus = 2;

/** The command line was wrong: exit status 2. */
export function usageFailure(message: string, hint: string): CommandFailure {
  return new CommandFailure(usageStatus, message, hint);
}

const forAccount = (error: KeytrayError): string => error.account ?? 'ACCOUNT';

const unlockCommand = /: keytray unlock$/;
const pasteCommand = /: (keytray login \S+ --paste)$/;

/** Set where the message itself knows the other way to sign in. */
function pasteHint({ message }: KeytrayError): string | undefined {
  const command = pasteCommand.exec(message)?.[1];
  return command === undefined ? undefined : `Sign in with a browser on any machine: ${command}`;
}

const fixHints: Record<Fix, (error: KeytrayError) => string> = {
  set_client_secret: (error) => `Store the client secret: keytray accounts set-secret ${forAccount(error)}`,
  check_client_secret: (error) =>
    `A client secret is stored. Store the right one, or remove it (--remove): keytray accounts set-secret ${forAccount(error)}`,
  check_client: (error) =>
    `Check the client ID, and store the client secret if there is one: keytray accounts set-secret ${forAccount(error)}`,
  no_client_secret: (error) => `Nothing was stored. See the client: keytray accounts show ${forAccount(error)}`,
};

const hints: Record<FailureCode, (error: KeytrayError) => string> = {
  unknown_account: () => 'See which there are: keytray accounts list',
  unknown_login: (error) => `Start a new sign-in: keytray login ${forAccount(error)}`,
  not_found: () => 'The running Keytray may be older than this command: stop it and start it again with keytray agent',
  login_required: (error) => `Sign in: keytray login ${forAccount(error)}`,
  identity_mismatch: (error) =>
    `Sign in as the expected person, or accept this one: keytray login ${forAccount(error)} --switch`,
  misconfigured: (error) =>
    error.account === undefined
      ? 'Correct the configuration; Keytray reads it again by itself.'
      : (pasteHint(error) ?? `Compare the account with what the server knows: keytray accounts show ${error.account}`),
  access_denied: (error) =>
    error.account === undefined
      ? 'Run it as the user who started Keytray.'
      : `Ask for access at the service, or sign in as someone else: keytray login ${error.account} --switch`,
  temporarily_unavailable: (error) =>
    error.retryAfter === undefined
      ? 'Try again in a moment; keytray status shows when Keytray does.'
      : `Try again in ${formatDuration(error.retryAfter)}.`,
  keychain_locked: (error) =>
    unlockCommand.test(error.message) ? 'Unlock it: keytray unlock' : 'Unlock your keychain, then try again.',
  keychain_absent: () => 'Start a keychain such as gnome-keyring, or choose another `store:` for the account.',
  invalid_request: (error) =>
    pasteHint(error) ??
    (unlockCommand.test(error.message) ? 'Make it: keytray unlock' : 'See what is possible: keytray help'),
  payload_too_large: () => 'Send less.',
  no_broker: () => 'Start it: keytray agent',
  internal_error: () => 'See what the agent has logged, then try again.',
};

/** Messages made for one line, as tools show them, end with the command that helps; here the second line has it. */
function whatHappened(error: KeytrayError): string {
  if (error.code === 'no_broker') return 'Keytray is not running';
  return printable(error.message)
    .replace(/: keytray (?:login|accounts set-secret) \S+$/, '')
    .replace(pasteCommand, '')
    .replace(unlockCommand, '');
}

export interface FailureReport {
  readonly exit: number;
  /** One line: what went wrong. */
  readonly what: string;
  /** One line: what to do about it. */
  readonly hint: string;
}

/** The one mapping from anything thrown to an exit status and two lines for people. */
export function describeFailure(error: unknown): FailureReport {
  if (error instanceof CommandFailure) return { exit: error.exit, what: printable(error.message), hint: error.hint };
  if (error instanceof KeytrayError) {
    const hint = printable(error.fix === undefined ? hints[error.code](error) : fixHints[error.fix](error));
    return { exit: failures[error.code].exit, what: whatHappened(error), hint };
  }
  const what = error instanceof Error ? printable(error.message) : 'unexpected failure';
  return {
    exit: failures.internal_error.exit,
    what,
    hint: 'Run it again with KEYTRAY_DEBUG=1 to see where it happened.',
  };
}

/** The lines for standard error. The stack is for those who ask; it holds no values, only places. */
export function formatFailure(report: FailureReport, error: unknown, debug: boolean): string {
  const stack = debug && error instanceof Error && error.stack !== undefined ? `${error.stack}\n` : '';
  return `keytray: ${report.what}\n  ${report.hint}\n${stack}`;
}

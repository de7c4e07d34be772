import { type FailureCode, failures, fixes, KeytrayError } from '../core/errors.ts';
import type { LoginView } from '../core/wire/schemas.ts';
import { CommandFailure } from './failure.ts';
import { who } from './output/account-words.ts';
import { printable } from './output/printable.ts';

export type LoginOutcome =
  | { readonly kind: 'open' }
  | { readonly kind: 'signed_in'; readonly sentence: string }
  | { readonly kind: 'failed'; readonly failure: KeytrayError | CommandFailure };

const isFailureCode = (text: string): text is FailureCode => Object.hasOwn(failures, text);

/** `Signed in to GitHub (work) as ada.` */
export function signedInSentence(title: string, person: string | undefined): string {
  return `Signed in to ${printable(title)}${person === undefined ? '' : ` as ${printable(person)}`}.`;
}

/** The codes of RFC 6749 section 4.1.2.1 that can reach us unchanged, in ours. */
function failureCode(error: string | undefined): FailureCode | undefined {
  if (error === undefined) return undefined;
  if (isFailureCode(error)) return error;
  if (error === 'server_error') return 'temporarily_unavailable';
  return ['invalid_client', 'unauthorized_client', 'invalid_scope'].includes(error) ? 'misconfigured' : undefined;
}

function failureOf(login: LoginView): KeytrayError | CommandFailure {
  const message = login.error_description ?? `the sign-in to ${login.account} failed`;
  const code = failureCode(login.error);
  const fix = fixes.find((known) => known === login.fix);
  const details = { account: login.account, loginId: login.login_id, ...(fix === undefined ? {} : { fix }) };
  return code === undefined
    ? new CommandFailure(failures.internal_error.exit, message, `Try again: keytray login ${login.account}`)
    : new KeytrayError(code, message, details);
}

/** What a login has come to. Nobody signed in is exit status 4, whichever way it ended. */
export function loginOutcome(login: LoginView, title: string): LoginOutcome {
  const notSignedIn = (what: string): LoginOutcome => {
    const hint = `Sign in: keytray login ${login.account}`;
    const message = login.note === undefined ? what : `${what}; ${login.note}`;
    return { kind: 'failed', failure: new CommandFailure(failures.login_required.exit, message, hint) };
  };
  switch (login.state) {
    case 'requested':
    case 'started':
      return { kind: 'open' };
    case 'succeeded':
      return { kind: 'signed_in', sentence: signedInSentence(title, who(login)) };
    case 'failed':
      return { kind: 'failed', failure: failureOf(login) };
    case 'cancelled':
      return notSignedIn(`the sign-in to ${title} was cancelled`);
    case 'expired':
      return notSignedIn(`the sign-in to ${title} was not finished in time`);
  }
}

/** What the person pasted: the whole address their browser ended at, else a code the service has shown them. */
export function pastedAnswer(text: string): { redirect_url: string } | { code: string } {
  const pasted = text.trim();
  return URL.canParse(pasted) ? { redirect_url: pasted } : { code: pasted };
}

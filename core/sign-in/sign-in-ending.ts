import type { Account } from '../accounts/account.ts';
import { type FailureCode, KeytrayError } from '../errors.ts';
import type { CallbackPage } from '../oauth/callback-page.ts';
import { classOfError } from '../oauth/error-class.ts';
import { cureOfError } from '../oauth/failure-cure.ts';
import { wordsOfOAuthError } from '../oauth/failure-words.ts';
import { type Identity, shownIdentity } from '../oauth/token-reply.ts';

/** What a sign-in came to, whichever way it was finished. */
export type Ending = { readonly identity: Identity | undefined } | { readonly failure: KeytrayError };

export function endingPage(ending: Ending, title: string): CallbackPage {
  if ('failure' in ending) return { kind: 'failed', title, what: ending.failure.message };
  const who = ending.identity && shownIdentity(ending.identity);
  return { kind: 'signed_in', title, who: who?.name ?? who?.email };
}

/** The server, or the person there, says no (RFC 6749 §4.1.2.1); each error as what it is. Throws `KeytrayError`. */
export function refuse(
  said: { readonly error: string; readonly description: string | undefined },
  account: Account,
): never {
  const { error, description } = said;
  const { settings, clientSecret, id } = account;
  const details = {
    account: id,
    detail: description === undefined ? error : `${error} (${description})`,
    ...cureOfError(error, undefined, { secretStored: clientSecret.stored === true }),
  };
  throw new KeytrayError(codeOf(error), wordsOfOAuthError(error, description, settings.title), details);
}

function codeOf(error: string): FailureCode {
  switch (classOfError(error)) {
    case 'passing':
      return 'temporarily_unavailable';
    case 'configuration':
      return 'misconfigured';
    case 'sign_in':
      return 'login_required';
    case 'refusal':
    case 'unknown':
      return 'access_denied';
  }
}

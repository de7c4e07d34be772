import { KeytrayError } from '../errors.ts';
import type { CallbackPage } from '../oauth/callback-page.ts';
import { classOfError } from '../oauth/error-class.ts';
import { type Identity, shownIdentity } from '../oauth/token-reply.ts';
import type { Account } from './account.ts';

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
  const words = `${said.error}${said.description === undefined ? '' : `: ${said.description}`}`;
  const { title } = account.settings;
  const details = { account: account.id };
  switch (classOfError(said.error)) {
    case 'passing':
      throw new KeytrayError('temporarily_unavailable', `${title} cannot sign anyone in now (${words})`, details);
    case 'configuration':
      throw new KeytrayError('misconfigured', `${title} refused the request (${words})`, details);
    case 'sign_in':
      throw new KeytrayError('login_required', `the sign-in to ${title} is not complete (${words})`, details);
    case 'refusal':
    case 'unknown':
      throw new KeytrayError('access_denied', `the sign-in to ${title} was refused (${words})`, details);
  }
}

import { KeytrayError } from '../errors.ts';
import type { CallbackPage } from '../oauth/callback-page.ts';
import { type Identity, shownIdentity } from '../oauth/token-reply.ts';
import type { Account } from './account.ts';

/** What a sign-in came to, whichever way it was finished. */
export type Ending = { readonly identity: Identity | undefined } | { readonly failure: KeytrayError };

export function endingPage(ending: Ending, title: string): CallbackPage {
  if ('failure' in ending) return { kind: 'failed', title, what: ending.failure.message };
  const who = ending.identity && shownIdentity(ending.identity);
  return { kind: 'signed_in', title, who: who?.name ?? who?.email };
}

/** The server, or the person there, says no. */
export function refuse(
  said: { readonly error: string; readonly description: string | undefined },
  account: Account,
): never {
  const words = `${said.error}${said.description === undefined ? '' : `: ${said.description}`}`;
  throw new KeytrayError('access_denied', `the sign-in to ${account.settings.title} was refused (${words})`, {
    account: account.id,
  });
}

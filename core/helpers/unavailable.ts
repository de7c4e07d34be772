import { HandOutsStopped, KeytrayError } from '../errors.ts';
import { oneLineOf } from '../failures/next-step.ts';
import { printable } from '../untrusted/plain-text.ts';

/** One line for people: what is the matter with this account, and what to do. Holds no secret. */
export function unavailableLine(failure: unknown, account: { readonly id: string; readonly title: string }): string {
  return oneLine(`keytray: ${explain(failure, { ...account, title: oneLine(account.title) })}`);
}

/** Titles and messages come from files and servers: nothing in them may move the cursor or start a line. */
export function oneLine(text: string): string {
  return printable(text).trim();
}

function explain(failure: unknown, account: { readonly id: string; readonly title: string }): string {
  if (!(failure instanceof KeytrayError)) return `${account.title}: unexpected failure; see: keytray status`;
  if (failure instanceof HandOutsStopped) return oneLineOf(failure);
  switch (failure.code) {
    case 'login_required':
      if (failure.account !== undefined && failure.account !== account.id) {
        return `${account.title} needs a sign-in to ${failure.account}: keytray login ${failure.account}`;
      }
      return `sign in to ${account.title}: keytray login ${account.id}`;
    case 'temporarily_unavailable':
      return `${account.title} is not reachable now; ${again(failure.retryAfter)}`;
    default:
      return `${account.title}: ${oneLineOf(failure)}`;
  }
}

function again(retryAfter: number | undefined): string {
  return retryAfter === undefined ? 'try again later' : `try again in ${Math.ceil(retryAfter)} s`;
}

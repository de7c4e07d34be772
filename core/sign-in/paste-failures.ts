import { KeytrayError } from '../errors.ts';
import type { PendingLogin } from './pending-login.ts';

/** What can be wrong with what a person brings to an open sign-in: told to them, who can bring something else. */

const refused = ({ id: loginId, account }: PendingLogin, what: string, advice: string, detail?: string): KeytrayError =>
  new KeytrayError('invalid_request', what, { loginId, account, advice, detail });

export const takesNoAddress = (login: PendingLogin): KeytrayError =>
  refused(
    login,
    'this sign-in does not take a pasted address',
    'Start a new sign-in and paste the address it ends at.',
  );

export const strangeAddress = (login: PendingLogin, why: string): KeytrayError =>
  refused(
    login,
    'the pasted address does not belong to this sign-in',
    'Paste the whole address your browser ended at after this sign-in.',
    why,
  );

export const asksNothing = (login: PendingLogin): KeytrayError =>
  refused(login, 'this sign-in has no open question', 'Start a new sign-in.');

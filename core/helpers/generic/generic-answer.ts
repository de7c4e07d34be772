import { failures, KeytrayError } from '../../errors.ts';
import type { HelperCall } from '../../wire/helper-call.ts';
import type { HandedOut, HandOutRequest, HelperBroker, ServedAccount } from '../helper.ts';
import { tokenText } from '../token-text.ts';
import { oneLine, unavailableLine } from '../unavailable.ts';

/** What helpers share whose caller looks at the exit status, and whose answer is the token itself. */

/** One line for people; the status of a call that was wrong, or that nobody here may answer. */
export function refuse(call: HelperCall, line: string): number {
  call.stderr(oneLine(`keytray: ${line}`));
  return failures.invalid_request.exit;
}

/** Says why there is no token. The status is the one the command line would end with. */
export function explainFailure(call: HelperCall, failure: unknown, account: ServedAccount): number {
  call.stderr(unavailableLine(failure, account));
  return failures[failure instanceof KeytrayError ? failure.code : 'internal_error'].exit;
}

export type Fetched =
  | { readonly kind: 'token'; readonly token: string; readonly handedOut: HandedOut }
  /** The reason has been said. */
  | { readonly kind: 'none'; readonly status: number };

/** A token that fits into one line of whatever it is written into. */
export async function fetchToken(
  call: HelperCall,
  broker: HelperBroker,
  account: ServedAccount,
  request: HandOutRequest,
): Promise<Fetched> {
  let handedOut: HandedOut;
  try {
    handedOut = await broker.handOut(account.id, request);
  } catch (failure) {
    return { kind: 'none', status: explainFailure(call, failure, account) };
  }
  const token = tokenText(handedOut.token);
  return token === undefined
    ? { kind: 'none', status: refuse(call, `${account.title}: the token holds spaces or control characters`) }
    : { kind: 'token', token, handedOut };
}

import type { HelperCall } from '../../wire/helper-call.ts';
import { chooseForName, notListedLine } from '../chosen-account.ts';
import { expiryFor } from '../git/git-answer.ts';
import type { Helper, HelperBroker } from '../helper.ts';
import { readOnlyOptions } from '../options.ts';
import { tokenText } from '../token-text.ts';
import { unavailableLine } from '../unavailable.ts';

/** RFC 8693 §3. Both stand for the same field of the answer. */
const tokenTypes: readonly string[] = [
  'urn:ietf:params:oauth:token-type:id_token',
  'urn:ietf:params:oauth:token-type:jwt',
];

export interface GoogleHelperOptions {
  /** Wall clock, milliseconds since the epoch. */
  readonly now: () => number;
}

/**
 * The executable of an `external_account` credential file. Google's libraries read standard error as part of the
 * answer, so nothing is ever said there; and a failure is an answer like others, with exit status 0.
 */
export function createGoogleHelper({ now }: GoogleHelperOptions): Helper {
  return {
    protocol: 'google',
    environment: ['GOOGLE_EXTERNAL_ACCOUNT_AUDIENCE', 'GOOGLE_EXTERNAL_ACCOUNT_TOKEN_TYPE'],
    async serve(call, broker) {
      call.stdout(`${JSON.stringify({ version: 1, ...(await answer(call, broker, now)) })}\n`);
      return 0;
    },
  };
}

export const googleHelper: Helper = createGoogleHelper({ now: Date.now });

async function answer(call: HelperCall, broker: HelperBroker, now: () => number): Promise<object> {
  const options = readOnlyOptions(call.argv.slice(1), ['account']);
  if (options.kind === 'unknown') return failure('invalid_request', `keytray: unknown argument ${options.argument}`);
  const tokenType = call.env.GOOGLE_EXTERNAL_ACCOUNT_TOKEN_TYPE;
  if (tokenType === undefined) {
    const only = "GOOGLE_EXTERNAL_ACCOUNT_TOKEN_TYPE is not set: only Google's libraries can call this";
    return failure('invalid_request', `keytray: ${only}`);
  }
  if (!tokenTypes.includes(tokenType)) {
    return failure('invalid_request', 'keytray: subject_token_type must be that of an id_token or jwt');
  }
  const audience = call.env.GOOGLE_EXTERNAL_ACCOUNT_AUDIENCE;
  if (audience === undefined || audience === '') return failure('invalid_request', 'keytray: no audience was given');
  const id = options.values.get('account');
  const chosen = chooseForName(broker, { family: 'google', id, name: audience });
  if (chosen.kind === 'refused') return failure('access_denied', chosen.line);
  if (chosen.kind === 'not_listed') return failure('access_denied', notListedLine({ family: 'google', id }, audience));

  const { account } = chosen;
  try {
    const { token, expiresAt } = await broker.handOut(account.id, { host: audience, token: 'id' });
    const idToken = tokenText(token);
    if (idToken === undefined) return failure('internal_error', 'keytray: this is no ID token');
    const expiry = expiryFor(expiresAt, now());
    return {
      success: true,
      token_type: tokenType,
      id_token: idToken,
      ...(expiry === undefined ? {} : { expiration_time: expiry }),
    };
  } catch (problem) {
    return failure('unavailable', unavailableLine(problem, account));
  }
}

function failure(code: string, message: string): object {
  return { success: false, code, message };
}

import type { Account } from '../accounts/account.ts';
import { learnedOf } from '../accounts/learned.ts';
import { serverEndpoints } from '../accounts/origins.ts';
import { receiptNow } from '../accounts/token-records.ts';
import { KeytrayError } from '../errors.ts';
import { exchangeToken } from '../oauth/token-exchange-grant.ts';
import type { Grant } from '../services/grant.ts';
import { reachableServer } from './reachable-server.ts';
import type { Answer, RenewalParts, RenewalRequest, SubjectToken } from './renewal.ts';
import { failureOf } from './renewal-failed.ts';

/** Exchanges the token of another account, which is asked for as any tool asks for it. */
export async function exchangeSubjectToken(
  request: RenewalRequest,
  grant: Extract<Grant, { kind: 'token_exchange' }>,
  parts: RenewalParts,
): Promise<Answer> {
  const { account, target } = request;
  // First: a server that cannot be reached should not cost the subject a renewal.
  const server = await reachableServer(request, parts);
  const subject = await subjectOf(account, grant, parts);
  const receipt = receiptNow(parts.clock);
  parts.barriers.reached('refresh_requested');
  const reply = await exchangeToken(server, account.settings, grant, subject.token, target);
  parts.barriers.reached('reply_received');
  return {
    reply,
    receipt,
    endpoints: serverEndpoints(server.unvouched()),
    learned: learnedOf(account, server),
    source: subject.signedInAt,
  };
}

async function subjectOf(
  account: Account,
  { subjectAccount, subjectToken }: Extract<Grant, { kind: 'token_exchange' }>,
  { subjects }: RenewalParts,
): Promise<SubjectToken> {
  try {
    return await subjects(subjectAccount, subjectToken === 'id_token' ? 'id' : 'access');
  } catch (error) {
    if (!(error instanceof KeytrayError)) throw error;
    throw failureOfSubject(account, subjectAccount, error);
  }
}

/** What the subject lacks, this account lacks for as long; its words say whose trouble it is. */
function failureOfSubject(account: Account, subject: string, error: KeytrayError): Error {
  if (error.code === 'login_required') return failureOf(account, error);
  const { code, message, detail, retryAfter, advice = `See what ${subject} lacks.` } = error;
  const details = { account: subject, detail, advice, cause: error, ...(retryAfter !== undefined && { retryAfter }) };
  return failureOf(account, new KeytrayError(code, `no token of ${subject}: ${message}`, details));
}

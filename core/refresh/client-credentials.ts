import { learnedOf } from '../accounts/learned.ts';
import { serverEndpoints } from '../accounts/origins.ts';
import { receiptNow } from '../accounts/token-records.ts';
import { requestClientToken } from '../oauth/client-credentials-grant.ts';
import { reachableServer } from './reachable-server.ts';
import type { Answer, RenewalParts, RenewalRequest } from './renewal.ts';

/** Asks again with the client's own secret (RFC 6749 §4.4): nothing is spent by it. */
export async function askWithClientSecret(request: RenewalRequest, parts: RenewalParts): Promise<Answer> {
  const server = await reachableServer(request, parts);
  const receipt = receiptNow(parts.clock);
  parts.barriers.reached('refresh_requested');
  const reply = await requestClientToken(server, request.account.settings, request.target);
  parts.barriers.reached('reply_received');
  return {
    reply,
    receipt,
    endpoints: serverEndpoints(server.unvouched()),
    learned: learnedOf(request.account, server),
  };
}

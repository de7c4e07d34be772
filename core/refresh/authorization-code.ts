import { learnedOf } from '../accounts/learned.ts';
import { serverEndpoints } from '../accounts/origins.ts';
import { receiptNow } from '../accounts/token-records.ts';
import { KeytrayError } from '../errors.ts';
import { refreshTokens } from '../oauth/refresh-grant.ts';
import type { TokenReply } from '../oauth/token-reply.ts';
import { reachableServer } from './reachable-server.ts';
import type { Answer, RenewalParts, RenewalRequest } from './renewal.ts';

/** Spends the refresh token (RFC 6749 §6). What is being spent is noted first: a crash must not hide it. */
export async function renewWithRefreshToken(request: RenewalRequest, parts: RenewalParts): Promise<Answer> {
  const { account, record, target, received } = request;
  const { attempts, barriers, clock } = parts;
  if (record?.refreshToken === undefined) {
    throw new KeytrayError('login_required', 'a token for another audience needs a new sign-in', {
      account: account.id,
    });
  }
  const server = await reachableServer(request, parts);
  await attempts.begin(account.id, record.generation);
  const receipt = receiptNow(clock);
  if (target === undefined) barriers.reached('refresh_requested');
  const answerOf = (reply: TokenReply): Answer => ({
    reply,
    receipt,
    endpoints: serverEndpoints(server),
    learned: learnedOf(account, server),
  });
  const reply = await refreshTokens(server, account.settings, record.refreshToken, {
    ...target,
    received: received && ((early) => received(answerOf(early))),
  });
  if (target === undefined) barriers.reached('reply_received');
  return answerOf(reply);
}

import { serverEndpoints } from '../accounts/origins.ts';
import { receiptNow } from '../accounts/token-records.ts';
import { KeytrayError } from '../errors.ts';
import { exchangeCode } from '../oauth/pasted-code-grant.ts';
import { reachableServer } from './reachable-server.ts';
import type { Answer, RenewalParts, RenewalRequest } from './renewal.ts';
import { RenewalFailed } from './renewal-failed.ts';

/**
 * Spends the refresh token that the last exchange brought. A registry that says no does so in words of no standard,
 * with whatever status: never enough to give the session up.
 */
export async function renewPastedCode(request: RenewalRequest, parts: RenewalParts): Promise<Answer> {
  const { account, record, target } = request;
  const { attempts, barriers, clock } = parts;
  const { id, settings } = account;
  if (target !== undefined) {
    const words = `${settings.title} gives one token, and none for another audience or scope`;
    throw new KeytrayError('invalid_request', words, { account: id });
  }
  if (record?.refreshToken === undefined) {
    throw new KeytrayError('login_required', `${settings.title} needs a new sign-in`, { account: id });
  }
  const server = await reachableServer(request, parts);
  await attempts.begin(id, record.generation);
  const receipt = receiptNow(clock);
  barriers.reached('refresh_requested');
  const exchanged = await exchangeCode(server, record.refreshToken, clock.now());
  barriers.reached('reply_received');
  if (exchanged.kind === 'refused') {
    const { status, words, retryAfter } = exchanged;
    const why = `${server.tokenEndpoint.host} does not renew the session`;
    throw new RenewalFailed({ kind: 'refused', why, detail: words ?? `status ${status}`, retryAfter });
  }
  return { reply: exchanged.reply, receipt, endpoints: serverEndpoints(server), learned: undefined };
}

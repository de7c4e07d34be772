import type { Account } from '../accounts/account.ts';
import { wordsOf } from '../accounts/server-directory.ts';
import type { AuthorizationServer } from '../oauth/authorization-server.ts';
import { revokeToken } from '../oauth/revocation.ts';
import type { Refused } from '../oauth/token-endpoint.ts';
import type { RefusedTokens, TokenReply } from '../oauth/token-reply.ts';
import type { Logger } from '../ports.ts';

/** Servers revoke a grant as a whole, and a second sign-in of one person may be on the first one's. */
function mayShareGrant({ record }: Account, { subject }: RefusedTokens): boolean {
  if (record === undefined) return false;
  return record.identity === undefined || record.identity.subject === subject;
}

/** Whether the tokens of a sign-in that is not accepted can and may be revoked. */
export const goesBack = (account: Account, server: AuthorizationServer, tokens: RefusedTokens): boolean =>
  server.unvouched().revocationEndpoint !== undefined && !mayShareGrant(account, tokens);

/**
 * Gives back the tokens of a sign-in that was not accepted, where the server can revoke (RFC 7009), unless they may
 * be on the grant in use. Never throws: the sign-in has failed already, and the log says what is left.
 */
export async function giveBack(
  account: Account,
  server: AuthorizationServer,
  tokens: RefusedTokens,
  logger: Logger,
): Promise<void> {
  if (mayShareGrant(account, tokens)) {
    logger.info('unwanted tokens were dropped, not revoked: they may be on the grant in use', { account: account.id });
    return;
  }
  const { accessToken, refreshToken } = tokens;
  try {
    const hint = refreshToken ? 'refresh_token' : 'access_token';
    const done = await revokeToken(server.unvouched(), refreshToken ?? accessToken, hint);
    if (done === 'revoked') logger.info('unwanted tokens were revoked', { account: account.id });
    else logger.warn('unwanted tokens could not be revoked', { account: account.id, why: 'the server does not' });
  } catch (error) {
    logger.warn('unwanted tokens could not be revoked', { account: account.id, why: wordsOf(error) });
  }
}

/** The tokens of a whole reply, for giving back. */
export const tokensOf = (reply: TokenReply): RefusedTokens => ({ ...reply, subject: reply.identity?.subject });

/** A sign-in that may have found its answer already. */
interface Answering {
  readonly account: Account;
  readonly answered: boolean;
  readonly login: { readonly open: boolean; readonly ended: Promise<unknown> };
}

/** The same for tokens that came beside another answer: they may be of the grant it brings, which is stored first. */
export function givingBackAside(attempt: Answering, server: AuthorizationServer, logger: Logger): Refused {
  return async (tokens) => {
    const back = () => giveBack(attempt.account, server, tokens, logger);
    if (attempt.login.open && attempt.answered) void attempt.login.ended.then(back);
    else await back();
  };
}

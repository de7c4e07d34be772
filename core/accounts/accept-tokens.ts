import { KeytrayError } from '../errors.ts';
import type { AuthorizationServer } from '../oauth/authorization-server.ts';
import { revokeToken } from '../oauth/revocation.ts';
import type { TokenReply } from '../oauth/token-reply.ts';
import type { Clock, Logger } from '../ports.ts';
import type { Account } from './account.ts';
import { judgeIdentity } from './identity-check.ts';
import { serverEndpoints } from './origins.ts';
import { wordsOf } from './server-directory.ts';
import { recordOfSignIn } from './token-records.ts';

/** What a sign-in brought, whichever way it came. */
export interface SignedIn {
  readonly server: AuthorizationServer;
  readonly reply: TokenReply;
}

export interface SignInResult extends SignedIn {
  readonly account: Account;
  readonly loginId: string;
  /** The person asked for another account themselves: `login --switch`. */
  readonly acceptOther: boolean;
}

/**
 * Stores what the sign-in brought, if it is the right person who signed in. Throws `KeytrayError`: another person,
 * or a store that refuses.
 */
export async function acceptTokens(
  result: SignInResult,
  { clock, logger }: { readonly clock: Clock; readonly logger: Logger },
): Promise<void> {
  const { account, reply } = result;
  await checkIdentity(result, logger);
  const endpoints = serverEndpoints(result.server);
  await account.commit((generation) => recordOfSignIn(account.settings, reply, endpoints, clock, generation));
}

async function checkIdentity(result: SignInResult, logger: Logger): Promise<void> {
  const { account, acceptOther, reply } = result;
  const previous = account.record?.identity;
  const verdict = judgeIdentity({ expect: account.settings.expect, previous, found: reply.identity, acceptOther });
  if (verdict.kind === 'accepted') return;
  await giveBack(account, result, logger);
  if (verdict.kind === 'unknown') {
    throw new KeytrayError(
      'misconfigured',
      `this account expects ${verdict.expected}, but the server does not say who signed in`,
      { account: account.id },
    );
  }
  throw new KeytrayError(
    'identity_mismatch',
    `${verdict.found} signed in, but this account belongs to ${verdict.expected}; nothing was stored. To change the person: keytray login ${account.id} --switch`,
    { account: account.id, loginId: result.loginId },
  );
}

/**
 * Revokes tokens nobody will use, unless they may share the grant in use: servers revoke a grant as a whole. Never
 * rejects.
 */
export async function giveBack(account: Account, { server, reply }: SignedIn, logger: Logger): Promise<void> {
  // Where neither says who it is, they may be of the same grant.
  if (account.record !== undefined && account.record.identity?.subject === reply.identity?.subject) return;
  try {
    await revokeToken(
      server,
      reply.refreshToken ?? reply.accessToken,
      reply.refreshToken ? 'refresh_token' : 'access_token',
    );
  } catch (error) {
    logger.warn('unwanted tokens could not be revoked', { account: account.id, why: wordsOf(error) });
  }
}

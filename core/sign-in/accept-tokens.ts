import type { Account } from '../accounts/account.ts';
import { learnedOf } from '../accounts/learned.ts';
import { isOfRegistration, serverEndpoints } from '../accounts/origins.ts';
import { recordOfSignIn, withService } from '../accounts/token-records.ts';
import { assertNever, KeytrayError } from '../errors.ts';
import type { AuthorizationServer } from '../oauth/authorization-server.ts';
import type { TokenReply } from '../oauth/token-reply.ts';
import type { Clock, Logger } from '../ports.ts';
import { giveBack, tokensOf } from './give-back.ts';
import { judgeIdentity } from './identity-check.ts';

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
 * Stores what the sign-in brought, if it is the right person who signed in, and gives it back otherwise. Throws
 * `KeytrayError`: another person, a configuration that changed meanwhile, or a store that refuses.
 */
export async function acceptTokens(
  result: SignInResult,
  { clock, logger }: { readonly clock: Clock; readonly logger: Logger },
): Promise<void> {
  const { account, reply, server } = result;
  try {
    checkIdentity(result);
    checkRegistration(result);
    const endpoints = serverEndpoints(reply.idToken === undefined ? server.unvouched() : server);
    const registeredClient = server.clientRegistered ? server.clientId : undefined;
    const issuing = { endpoints, learned: learnedOf(account, server), registeredClient };
    await account.accept((generation) => recordOfSignIn(account.settings, reply, issuing, clock, generation));
  } catch (error) {
    await giveBack(account, server, tokensOf(reply), logger);
    throw error;
  }
}

interface SignedInAs {
  readonly account: Account;
  readonly acceptOther: boolean;
  readonly loginId?: string;
  readonly reply: Pick<TokenReply, 'identity'>;
}

/** The tokens would be taken for those of the server that is configured by now. */
function checkRegistration({ account, server }: SignInResult): void {
  const { issuer, grant } = account.settings;
  const bound = {
    grant: grant.kind,
    clientId: server.clientId,
    ...(server.clientRegistered && { clientRegistered: true as const }),
    issuer: server.issuer,
    // Where the API is, no authorization server tells: the record will have it from the configuration too.
    endpoints: withService(serverEndpoints(server), account.settings),
  };
  if (server.issuer === issuer && isOfRegistration(bound, account.settings)) return;
  throw new KeytrayError(
    'misconfigured',
    `the configuration of ${account.id} changed during the sign-in; nothing was stored`,
    { account: account.id, fix: 'sign_in' },
  );
}

/** Whom a sign-in must name to fill the account. Throws `KeytrayError`. */
export function checkIdentity({ account, acceptOther, loginId, reply }: SignedInAs): void {
  const previous = account.record?.identity;
  const verdict = judgeIdentity({ expect: account.settings.expect, previous, found: reply.identity, acceptOther });
  const details = { account: account.id, ...(loginId !== undefined && { loginId }) };
  switch (verdict.kind) {
    case 'accepted':
      return;
    case 'unknown':
      throw new KeytrayError(
        'misconfigured',
        `the account expects ${verdict.expected}, and the server does not say who signed in`,
        { account: account.id, advice: 'Add openid and email to the scopes of the account, or remove expect.' },
      );
    case 'unverified':
      throw new KeytrayError(
        'identity_mismatch',
        `the server does not confirm that ${verdict.email} is this person's address; nothing was stored`,
        {
          ...details,
          advice: `Replace expect.email of the account by expect.subject: ${verdict.subject}`,
        },
      );
    case 'mismatch':
      throw new KeytrayError(
        'identity_mismatch',
        `${verdict.found} signed in, but this account belongs to ${verdict.expected}; nothing was stored`,
        details,
      );
    default:
      assertNever(verdict);
  }
}

import type { AccountRegistry } from '../accounts/account-registry.ts';
import { never } from '../concurrency/pause.ts';
import type { SubjectTokens } from '../refresh/renewal.ts';
import { plainNeed } from './hand-out.ts';
import type { TokenHandOut } from './token-hand-out.ts';

/** Tokens of one account for another that is made from it: by the same hand-out as any tool's. */
export function subjectTokens(
  accounts: Pick<AccountRegistry, 'get'>,
  tokens: Pick<TokenHandOut, 'handOut'>,
): SubjectTokens {
  return async (id, kind) => {
    const account = accounts.get(id);
    // All who wait for the other account share it: it goes on when one of them has gone.
    const { token } = await tokens.handOut(account, { ...plainNeed, kind }, never);
    return { token, signedInAt: account.record?.signedInAt };
  };
}

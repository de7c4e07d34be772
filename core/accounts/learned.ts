import type { AuthorizationServer } from '../oauth/authorization-server.ts';
import type { Account } from './account.ts';
import type { Learned } from './token-record.ts';

/** What the next record of an account keeps of what its server has shown; undefined where that is nothing. */
export function learnedOf(
  account: Pick<Account, 'record' | 'remarks'>,
  { clientAuthentication }: Pick<AuthorizationServer, 'clientAuthentication'>,
): Learned | undefined {
  const clientAuth = clientAuthentication.learned;
  const revokes = hasRevoked(account);
  if (clientAuth === undefined && !revokes) return undefined;
  return { clientAuth, refreshRevokesAccess: revokes || undefined };
}

/** Whether a refresh kills the access token in use. The configuration has the first word, either way. */
export const refreshRevokesAccess = (account: Pick<Account, 'record' | 'remarks' | 'settings'>): boolean =>
  account.settings.refreshRevokesAccess ?? hasRevoked(account);

const hasRevoked = ({ record, remarks }: Pick<Account, 'record' | 'remarks'>): boolean =>
  remarks.refreshRevokesAccess || record?.learned?.refreshRevokesAccess === true;

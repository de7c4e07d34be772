import type { Learned } from '../keychain/token-record.ts';
import type { AuthorizationServer } from '../oauth/authorization-server.ts';

/** What the next record of an account keeps of what its server has shown. */
export function learnedOf({
  clientAuthentication,
}: Pick<AuthorizationServer, 'clientAuthentication'>): Learned | undefined {
  const clientAuth = clientAuthentication.learned;
  return clientAuth === undefined ? undefined : { clientAuth };
}

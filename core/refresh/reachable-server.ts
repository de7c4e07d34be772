import { KeytrayError } from '../errors.ts';
import type { AuthorizationServer } from '../oauth/authorization-server.ts';
import type { RenewalParts, RenewalRequest } from './renewal.ts';
import { Unreached } from './unreached.ts';

/**
 * The server of an account, bound to the one that issued its tokens. After a sleep a credential is sent only where the
 * server has shown itself. Throws `Unreached`, or `KeytrayError` where the client secret could not be had.
 */
export async function reachableServer(
  { account, record }: RenewalRequest,
  { servers, wakes }: Pick<RenewalParts, 'servers' | 'wakes'>,
): Promise<AuthorizationServer> {
  wakes.look();
  try {
    const server = await (record === undefined ? servers.of(account) : servers.boundTo(account, record));
    await servers.proveReachable(account, server);
    return server;
  } catch (error) {
    throw error instanceof KeytrayError ? error : new Unreached(error);
  }
}

import type { Secret } from '../secret.ts';
import type { AuthorizationServer } from './authorization-server.ts';
import { readReply } from './reply.ts';

/** `unknown`: the server offers no way to ask, or gave no answer that tells. */
export type TokenCheck = 'accepted' | 'refused' | 'unknown';

/**
 * Asks userinfo (OpenID Connect Core §5.3) whether the server takes an access token. 401 is its word for a token that
 * is expired, revoked or otherwise invalid (RFC 6750 §3.1). Never throws.
 */
export async function checkAccessToken(server: AuthorizationServer, token: Secret): Promise<TokenCheck> {
  const endpoint = server.userinfoEndpoint;
  if (endpoint === undefined) return 'unknown';
  try {
    const headers = { authorization: `Bearer ${token.reveal()}` };
    const { status } = await readReply(endpoint, await server.fetch(endpoint, { headers, redirect: 'manual' }));
    if (status === 401) return 'refused';
    return status === 200 ? 'accepted' : 'unknown';
  } catch {
    return 'unknown';
  }
}

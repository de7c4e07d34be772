import type { CustomFetch } from 'openid-client';
import type { Secret } from '../secret.ts';
import type { AuthorizationServer } from './authorization-server.ts';
import { loadClient } from './client-library.ts';
import { requestInit } from './library-fetch.ts';
import { failureOfReply, failureOfThrown, refusalIn } from './map-error.ts';
import { type Reply, readReply } from './reply.ts';

/** Asks the server to forget a token (RFC 7009). A token it does not know counts as revoked. Throws `OAuthFailure`. */
export async function revokeToken(
  server: AuthorizationServer,
  token: Secret,
  hint: 'refresh_token' | 'access_token',
): Promise<'revoked' | 'unsupported'> {
  const address = server.revocationEndpoint;
  if (address === undefined) return 'unsupported';
  const reply = await server.clientAuthentication.send(() => ask(server, address, token, hint), refusalIn);
  if (reply === undefined || (reply.status >= 200 && reply.status < 300)) return 'revoked';
  const failure = failureOfReply(reply, { trusted: server.trusted, sent: [token.reveal()] });
  if (failure.failure.kind === 'oauth_error' && failure.failure.error === 'unsupported_token_type')
    return 'unsupported';
  throw failure;
}

async function ask(
  server: AuthorizationServer,
  address: URL,
  token: Secret,
  hint: 'refresh_token' | 'access_token',
): Promise<Reply | undefined> {
  const client = await loadClient();
  let reply: Reply | undefined;
  const fetch: CustomFetch = async (url, options) => {
    reply = await readReply(new URL(url), await server.fetch(url, requestInit(options)));
    // Whether this answer is a success is decided below: 204 is one, too.
    return new Response(null, { status: 200 });
  };
  try {
    const configuration = server.configure({ fetch, clockSkew: undefined });
    await client.tokenRevocation(configuration, token.reveal(), { token_type_hint: hint });
  } catch (thrown) {
    throw failureOfThrown(thrown, address);
  }
  return reply;
}

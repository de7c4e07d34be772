import { z } from 'zod';
import { Secret } from '../secret.ts';
import type { AuthorizationServer } from './authorization-server.ts';
import { readReply } from './reply.ts';
import type { TokenReply } from './token-reply.ts';

/**
 * What a server says of the person whose access token it is (OpenID Connect Core §5.3.2), as JSON or as a JWT, which it
 * must have signed for this client. Undefined where it says nothing that can be believed. Never throws.
 */
export async function readUserinfo(
  server: AuthorizationServer,
  endpoint: URL,
  { accessToken }: Pick<TokenReply, 'accessToken'>,
): Promise<unknown> {
  try {
    const headers = {
      accept: 'application/json, application/jwt',
      authorization: `Bearer ${accessToken.reveal()}`,
      'user-agent': 'keytray',
    };
    const reply = await readReply(endpoint, await server.fetch(endpoint, { headers, redirect: 'manual' }));
    if (reply.status !== 200) return undefined;
    if (!isJwt(reply.headers.get('content-type'))) return reply.json;
    const jwt = reply.text.trim();
    await server.userinfoSignature.verify(new Secret(jwt), server.fetch);
    const claims = payloadOf(jwt);
    return isFor(claims, server) ? claims : undefined;
  } catch {
    return undefined;
  }
}

const isJwt = (contentType: string | null): boolean => /^application\/jwt(?:\s*;|\s*$)/i.test(contentType ?? '');

const payloadOf = (jwt: string): unknown => JSON.parse(Buffer.from(jwt.split('.')[1] ?? '', 'base64url').toString());

const addressedSchema = z.object({
  iss: z.string().optional(),
  aud: z.union([z.string(), z.array(z.string())]).optional(),
});

/** Servers should say whom it is from and for; where they do, it has to be so. */
function isFor(claims: unknown, { issuer, clientId }: AuthorizationServer): boolean {
  const read = addressedSchema.safeParse(claims);
  if (!read.success) return false;
  const { iss = issuer, aud = clientId } = read.data;
  return iss === issuer && [aud].flat().includes(clientId);
}

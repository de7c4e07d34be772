import type { JSONWebKeySet } from 'jose';
import { z } from 'zod';
import type { Fetch } from '../ports.ts';
import { isPassingStatus } from './error-class.ts';
import { failureOfReply } from './map-error.ts';
import { OAuthFailure } from './oauth-failure.ts';
import { readDocument } from './read-document.ts';

const keySet = z.object({ keys: z.array(z.looseObject({ kty: z.string() })) });

/**
 * The keys an authorization server signs with now (`jwks_uri`, RFC 7517 §5). Throws `OAuthFailure`, or a
 * `KeytrayError` of the HTTP port.
 */
export async function readSigningKeys(address: URL, fetch: Fetch): Promise<JSONWebKeySet> {
  const reply = await readDocument(address, fetch);
  const parsed = reply.status === 200 ? keySet.safeParse(reply.json) : undefined;
  if (parsed?.success === true) return parsed.data;
  if (isPassingStatus(reply.status)) throw failureOfReply(reply);
  const what = `${address.host} answered with status ${reply.status}, but not with signing keys`;
  throw new OAuthFailure(what, { kind: 'rejected', what });
}

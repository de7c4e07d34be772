import { z } from 'zod';
import { KeytrayError } from '../errors.ts';
import { Secret } from '../secret.ts';
import { errorWords } from '../services/error-words.ts';
import type { FailureRow } from '../services/failure-table.ts';
import { isInstant } from '../untrusted/instant.ts';
import { withoutTokens } from '../untrusted/server-text.ts';
import type { ServiceReply } from './api-keys/provider.ts';
import { jsonOf, serviceFailure } from './api-keys/service-failure.ts';
import type { RoleCredentials } from './aws-role.ts';

const value = z.string().regex(/^[\x21-\x7e]{1,8192}$/);
const keysSchema = z.object({
  AccessKeyId: z.string().regex(/^\w{4,128}$/),
  SecretAccessKey: value,
  SessionToken: value,
  Expiration: z
    .string()
    .transform((text) => Date.parse(text))
    .refine(isInstant),
});

/**
 * Keys of AWS as a registry gives them to whoever is signed in. `title` is the service's name, `failures` what it says
 * when it refuses. Throws `KeytrayError`. Pure.
 */
export function readRegistryKeys(
  { status, body }: ServiceReply,
  title: string,
  failures: readonly FailureRow[],
): RoleCredentials {
  if (status !== 200) throw serviceFailure(title, failures, status, withoutTokens(errorWords(body) ?? ''));
  const read = keysSchema.safeParse(jsonOf(body));
  if (!read.success) {
    throw new KeytrayError('temporarily_unavailable', `${title} sent an answer that holds no AWS credentials`);
  }
  const { AccessKeyId, SecretAccessKey, SessionToken, Expiration } = read.data;
  return {
    accessKeyId: AccessKeyId,
    secretAccessKey: new Secret(SecretAccessKey),
    sessionToken: new Secret(SessionToken),
    expiresAt: Expiration,
  };
}

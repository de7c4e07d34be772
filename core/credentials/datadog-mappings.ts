import { z } from 'zod';
import { datadogFailures } from '../services/datadog-failures.ts';
import { errorWords } from '../services/error-words.ts';
import { plainText } from '../untrusted/plain-text.ts';
import type { AskService } from './api-keys/provider.ts';
import { jsonOf, serviceFailure } from './api-keys/service-failure.ts';
import type { Permission } from './permission.ts';

/** The newer name of the path first; sites that have only the older one answer 404 to it. */
const paths = ['/api/v2/wif/aws/persona_mapping', '/api/v2/cloud_auth/aws/persona_mapping'];

const replySchema = z.object({
  data: z.array(z.object({ attributes: z.object({ account_identifier: z.string(), arn_pattern: z.string() }) })),
});

/**
 * Which AWS identities Datadog takes for whom, and whether `arn` is one of them; undefined: it is not known. `ask`
 * carries API and application key: no other credential may read mappings. Throws `KeytrayError`.
 */
export async function datadogMappings(ask: AskService, arn: string | undefined): Promise<readonly Permission[]> {
  const mappings = (await read(ask)).map(({ attributes }) => attributes);
  const matching = mappings.filter(({ arn_pattern }) => arn !== undefined && matchesArn(arn_pattern, arn));
  const rows = mappings.map(({ arn_pattern, account_identifier }): Permission => {
    const matches = arn === undefined ? undefined : matchesArn(arn_pattern, arn);
    return {
      object: plainText(arn_pattern),
      permission: `act as ${plainText(account_identifier)}`,
      answer: matches === undefined ? 'unknown' : matches ? 'yes' : 'no',
      reason: undefined,
    };
  });
  return [ownIdentity(arn, matching.length), ...rows];
}

function ownIdentity(arn: string | undefined, matching: number): Permission {
  const permission = 'be mapped';
  if (arn === undefined) {
    const reason = 'these AWS credentials do not say whose they are: see aws sts get-caller-identity';
    return { object: 'own AWS identity', permission, answer: 'unknown', reason };
  }
  const reason = matching > 0 ? undefined : 'no mapping matches it: add one in Datadog';
  return { object: plainText(arn), permission, answer: matching > 0 ? 'yes' : 'no', reason };
}

/** `*` stands for any characters. Bounded work: an ARN is short, and a pattern has no other repetition. */
export function matchesArn(pattern: string, arn: string): boolean {
  const [first = '', ...others] = pattern.split('*');
  const last = others.pop();
  if (last === undefined) return pattern === arn;
  if (!arn.startsWith(first) || !arn.endsWith(last) || arn.length < first.length + last.length) return false;
  let at = first.length;
  const end = arn.length - last.length;
  for (const part of others) {
    const found = arn.indexOf(part, at);
    if (found === -1 || found + part.length > end) return false;
    at = found + part.length;
  }
  return true;
}

async function read(ask: AskService): Promise<z.infer<typeof replySchema>['data']> {
  for (const [index, path] of paths.entries()) {
    const { status, body } = await ask({ method: 'GET', path });
    if (status === 404 && index + 1 < paths.length) continue;
    const mappings = status === 200 ? replySchema.safeParse(jsonOf(body)) : undefined;
    if (mappings?.success) return mappings.data.data;
    throw serviceFailure('Datadog', datadogFailures, status, errorWords(body) ?? '');
  }
  return [];
}

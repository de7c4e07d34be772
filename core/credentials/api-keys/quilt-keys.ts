import { z } from 'zod';
import { KeytrayError } from '../../errors.ts';
import { Secret } from '../../secret.ts';
import { quiltFailures } from '../../services/quilt-failures.ts';
import { isInstant } from '../../untrusted/instant.ts';
import { plainText } from '../../untrusted/plain-text.ts';
import type { ApiKeyProvider, AskService, KeyAbilities, ServiceKey } from './provider.ts';
import { jsonOf, serviceFailure } from './service-failure.ts';

const fields = 'id name fingerprint createdAt expiresAt lastUsedAt userEmail status';
const listOwn = `query ownKeys { me { apiKeys { ${fields} } } }`;
const listAll = `query allKeys { admin { apiKeys { list { ${fields} } } } }`;
const outcome = '__typename ... on InvalidInput { errors { message } }';
const create = `mutation createKey($input: APIKeyCreateInput!) {
  apiKeyCreate(input: $input) { ${outcome} ... on APIKeyCreated { secret apiKey { ${fields} } } } }`;
const revokeOwn = `mutation revokeKey($id: ID, $secret: String) { apiKeyRevoke(id: $id, secret: $secret) { ${outcome} } }`;
const revokeAny = `mutation revokeAnyKey($id: ID!) { admin { apiKeys { revoke(id: $id) { ${outcome} } } } }`;

const time = z
  .string()
  .transform((text) => Date.parse(text))
  .refine(isInstant);
const keySchema = z.object({
  id: z.string(),
  name: z.string(),
  fingerprint: z.string(),
  createdAt: time,
  expiresAt: time,
  lastUsedAt: time.nullable(),
  userEmail: z.string(),
  status: z.enum(['ACTIVE', 'EXPIRED']),
});
const refusedSchema = z.object({
  __typename: z.literal('InvalidInput'),
  errors: z.array(z.object({ message: z.string() })),
});
const okSchema = z.object({ __typename: z.literal('Ok') });
const createdSchema = z.object({
  __typename: z.literal('APIKeyCreated'),
  secret: z.string().startsWith('qk_'),
  apiKey: keySchema,
});
const replySchema = z.object({
  data: z.unknown().optional(),
  errors: z.array(z.object({ message: z.string() })).optional(),
});

export const quiltAbilities: KeyAbilities = { expiry: true, lastUse: true, fingerprint: true, revokeBySecret: true };

/** Quilt's API keys, by the registry's GraphQL. */
export function quiltKeys(ask: AskService): ApiKeyProvider {
  const run = async <Value>(
    query: string,
    variables: Record<string, unknown>,
    schema: z.ZodType<Value>,
    once?: true,
  ) => {
    const reply = await ask({ method: 'POST', path: '/graphql', body: { query, variables }, ...(once && { once }) });
    const read = replySchema.safeParse(jsonOf(reply.body));
    const errors = read.success ? read.data.errors : undefined;
    if (reply.status !== 200 || errors !== undefined || !read.success) {
      throw refusal(reply.status, errors);
    }
    const value = schema.safeParse(read.data.data);
    if (!value.success) throw new KeytrayError('temporarily_unavailable', 'Quilt sent an answer that cannot be read');
    return value.data;
  };

  return {
    title: 'Quilt',
    can: quiltAbilities,
    async list(owner) {
      if (owner === 'all') {
        const keys = z.object({ admin: z.object({ apiKeys: z.object({ list: z.array(keySchema) }) }) });
        return (await run(listAll, {}, keys)).admin.apiKeys.list.map(viewOf);
      }
      const keys = z.object({ me: z.object({ apiKeys: z.array(keySchema) }).nullable() });
      return ((await run(listOwn, {}, keys)).me?.apiKeys ?? []).map(viewOf);
    },
    async create({ name, days = 90, owner }) {
      if (owner !== undefined) throw new KeytrayError('invalid_request', 'Quilt creates keys for the caller only');
      if (!Number.isInteger(days) || days < 1 || days > 365) {
        throw new KeytrayError('invalid_request', 'a key of Quilt lives 1 to 365 days');
      }
      const schema = z.object({ apiKeyCreate: z.union([createdSchema, refusedSchema]) });
      const { apiKeyCreate: made } = await run(create, { input: { name, expiresInDays: days } }, schema, true);
      if (made.__typename === 'InvalidInput') throw refusal(200, made.errors);
      return { key: viewOf(made.apiKey), secret: new Secret(made.secret) };
    },
    async revoke(which) {
      const result = z.union([okSchema, refusedSchema]);
      if ('owner' in which && which.owner === 'all') {
        const schema = z.object({ admin: z.object({ apiKeys: z.object({ revoke: result }) }) });
        confirm((await run(revokeAny, { id: which.id }, schema)).admin.apiKeys.revoke);
      } else {
        const variables = 'secret' in which ? { secret: which.secret.reveal() } : { id: which.id };
        confirm((await run(revokeOwn, variables, z.object({ apiKeyRevoke: result }))).apiKeyRevoke);
      }
    },
  };
}

function confirm(result: z.infer<typeof okSchema> | z.infer<typeof refusedSchema>): void {
  if (result.__typename === 'InvalidInput') throw refusal(200, result.errors);
}

const refusal = (status: number, errors: readonly { readonly message: string }[] = []): KeytrayError =>
  serviceFailure('Quilt', quiltFailures, status, errors.map(({ message }) => message).join(', '));

function viewOf(key: z.infer<typeof keySchema>): ServiceKey {
  return {
    id: key.id,
    name: plainText(key.name),
    fingerprint: key.fingerprint,
    owner: key.userEmail,
    createdAt: key.createdAt,
    expiresAt: key.expiresAt,
    lastUsedAt: key.lastUsedAt ?? 'never',
    status: key.status === 'EXPIRED' ? 'expired' : 'active',
  };
}

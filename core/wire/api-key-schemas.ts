import { z } from '@hono/zod-openapi';
import { accountIdSchema } from './schemas.ts';

/** The shapes that cross the socket for the API keys people have at a service. */

const time = z.iso.datetime().openapi({ example: '2026-11-23T09:00:00.000Z' });

/** Never its secret. */
export const apiKeySchema = z
  .object({
    id: z.string(),
    name: z.string(),
    /** What the service itself shows of the secret. */
    fingerprint: z.string().optional(),
    status: z.enum(['active', 'expired']),
    created_at: time.nullable(),
    /** Null: it never ends. */
    expires_at: time.nullable(),
    /** Null: never, or the service does not tell; see `can`. */
    last_used_at: time.nullable(),
    owner: z.string().optional(),
    /** Accounts here whose credential it is. */
    accounts: z.array(accountIdSchema).optional(),
  })
  .openapi('ApiKey');
export type ApiKeyView = z.infer<typeof apiKeySchema>;

export const apiKeyListSchema = z
  .object({
    keys: z.array(apiKeySchema),
    /** What the service tells of its keys, and can do with them. */
    can: z.object({
      expiry: z.boolean(),
      last_use: z.boolean(),
      fingerprint: z.boolean(),
      revoke_by_secret: z.boolean(),
    }),
  })
  .openapi('ApiKeys');
export type ApiKeyListView = z.infer<typeof apiKeyListSchema>;

const text = z.string().min(1).max(256);
const flag = z
  .enum(['true', 'false', '1', '0', ''])
  .transform((value) => value === 'true' || value === '1' || value === '')
  .optional();

/** `all_users`: those of everybody, for administrators; `email` means them too. */
export const apiKeyOwnerQuerySchema = z.object({ all_users: flag });
export const apiKeyQuerySchema = apiKeyOwnerQuerySchema.extend({
  name: text.optional(),
  fingerprint: text.optional(),
  status: z.enum(['active', 'expired']).optional(),
  email: text.optional(),
});
export type ApiKeyQuery = z.infer<typeof apiKeyQuerySchema>;

const range = 'a key lives 1 to 365 days';
const days = z.int(range).min(1, range).max(365, range).optional();

export const apiKeyRequestSchema = z
  .strictObject({
    name: z
      .string()
      .trim()
      .min(1)
      .max(120)
      .regex(/^[^\p{Cc}\p{Cf}]*$/u, 'a name has no control characters'),
    /** Default: 90, where the service sets an end. */
    days,
    /** The account that keeps it, new unless it is there and has no key. Then the secret is not in the answer. */
    keep_as: accountIdSchema.optional(),
    /** Another person, where administrators may make keys for them. */
    owner: text.optional(),
  })
  .openapi('ApiKeyRequest');
export type ApiKeyRequest = z.infer<typeof apiKeyRequestSchema>;

/** The secret is told once, in this answer. */
export const createdApiKeySchema = z
  .union([
    z.object({ key: apiKeySchema, secret: z.string() }),
    z.object({ key: apiKeySchema, account: accountIdSchema }),
  ])
  .openapi('CreatedApiKey');
export type CreatedApiKeyView = z.infer<typeof createdApiKeySchema>;

export const revokeSecretSchema = z.strictObject({ secret: z.string().min(1).max(4096) }).openapi('RevokeSecret');

export const rotationRequestSchema = z
  .strictObject({
    /** Default: as many as the old one was made for. */
    days,
  })
  .openapi('RotationRequest');
export type RotationRequest = z.infer<typeof rotationRequestSchema>;

export const rotatedApiKeySchema = z
  .object({
    key: apiKeySchema,
    /** Accounts here that have the new key. */
    accounts: z.array(accountIdSchema),
    /** The one before. Not revoked where no account here had it: its users are given the new one first. */
    old: z.object({ id: z.string(), revoked: z.boolean() }),
    /** Told once, where no account here has it. */
    secret: z.string().optional(),
  })
  .openapi('RotatedApiKey');
export type RotatedApiKeyView = z.infer<typeof rotatedApiKeySchema>;

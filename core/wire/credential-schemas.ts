import { z } from '@hono/zod-openapi';

/** The shapes that cross the socket for what is made from an account's credential for one target. */

export const credentialKinds = ['aws', 'postgres'] as const;

export const credentialRequestSchema = z
  .strictObject({
    kind: z.enum(credentialKinds),
    /**
     * `aws`: the ARN of the role, none where the service gives keys of its own (Quilt); `postgres`: the name under
     * `lakebase:`. Both as the account lists them.
     */
    target: z.string().min(1).max(2048).optional(),
  })
  .openapi('CredentialRequest');
export type CredentialRequest = z.infer<typeof credentialRequestSchema>;

const time = z.iso.datetime();

export const awsCredentialSchema = z
  .object({
    access_key_id: z.string(),
    secret_access_key: z.string(),
    session_token: z.string(),
    expires_at: time,
  })
  .openapi('AwsCredential');

export const postgresCredentialSchema = z
  .object({
    username: z.string(),
    password: z.string(),
    host: z.string(),
    port: z.number().int(),
    dbname: z.string(),
    sslmode: z.enum(['verify-full', 'require']),
    /** A PEM file with the authorities to trust; absent where this machine has none in one file. */
    sslrootcert: z.string().optional(),
    /** Of the password, at a login; connections that are open live on. `null`: it has no end that is known. */
    expires_at: time.nullable(),
  })
  .openapi('PostgresCredential');
export type PostgresCredential = z.infer<typeof postgresCredentialSchema>;

export const credentialSchema = z.union([awsCredentialSchema, postgresCredentialSchema]);
export type CredentialView = z.infer<typeof credentialSchema>;

import { z } from '@hono/zod-openapi';

export const testRequestSchema = z
  .strictObject({
    /** A database that the account lists under `lakebase:`, which is logged in to as well; may be left out for one. */
    target: z.string().min(1).max(64).optional(),
  })
  .openapi('TestRequest');
export type TestRequest = z.infer<typeof testRequestSchema>;

/** A real login to a database, and `select 1`. */
export const testedDatabaseSchema = z
  .object({
    target: z.string(),
    host: z.string(),
    /** As the server names them. */
    user: z.string(),
    dbname: z.string(),
    duration_ms: z.number().int(),
    /** `generated`: short-lived, asked of the workspace; `native`: one of PostgreSQL, given by the person. */
    password: z.enum(['generated', 'native']),
    password_length: z.number().int(),
    /** Whether passwords of PostgreSQL itself are taken; absent where the workspace does not tell. */
    native_login: z.boolean().optional(),
    sslmode: z.enum(['verify-full', 'require']),
  })
  .openapi('TestedDatabase');
export type TestedDatabaseView = z.infer<typeof testedDatabaseSchema>;

/** What `POST /v1/accounts/{id}/test` tells. Durations are whole milliseconds and seconds, as their names say. */
export const testSchema = z
  .object({
    ok: z.boolean(),
    /** The person or key, as the service names it. */
    who: z.string().optional(),
    duration_ms: z.number().int(),
    token_length: z.number().int().optional(),
    /** Null where the credential has no known end. */
    expires_in: z.number().nullable().optional(),
    /** False where the service has no check: then only the credential was had. */
    checked: z.boolean().optional(),
    /** What the account says that its key is for: `instance`, `project MYPROJ`. */
    scope: z.string().optional(),
    database: testedDatabaseSchema.optional(),
    /** The code of the failure, as in an error reply. */
    error: z.string().optional(),
    cause: z.string().optional(),
    fix: z.string().optional(),
    retry_after: z.number().optional(),
  })
  .openapi('Test');
export type TestView = z.infer<typeof testSchema>;

import { z } from '@hono/zod-openapi';

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
    /** The code of the failure, as in an error reply. */
    error: z.string().optional(),
    cause: z.string().optional(),
    fix: z.string().optional(),
    retry_after: z.number().optional(),
  })
  .openapi('Test');
export type TestView = z.infer<typeof testSchema>;

import { z } from '@hono/zod-openapi';

/** What crosses the socket of `GET /v1/accounts/{id}/permissions`. */

export const permissionSchema = z
  .object({
    object: z.string(),
    permission: z.string(),
    answer: z.enum(['yes', 'no', 'unknown']),
    reason: z.string().optional(),
  })
  .openapi('Permission');

export const permissionsSchema = z
  .object({
    rows: z.array(permissionSchema),
    /** When the service was asked: an answer is kept for ten minutes. */
    as_of: z.iso.datetime(),
  })
  .openapi('Permissions');
export type PermissionsView = z.infer<typeof permissionsSchema>;

export interface PermissionsRequest {
  readonly objects: readonly string[];
  /** Another account, whose keys may read what this one's may not. */
  readonly with?: string | undefined;
}

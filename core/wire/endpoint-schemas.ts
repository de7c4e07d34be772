import { z } from '@hono/zod-openapi';
import { accountIdSchema } from './schemas.ts';

/** The shapes that cross the socket for the loopback endpoints the broker holds. */

export const endpointKinds = ['databricks', 'auth0'] as const;
export const endpointRequestSchema = z.strictObject({ kind: z.enum(endpointKinds) }).openapi('EndpointRequest');
export type EndpointRequest = z.infer<typeof endpointRequestSchema>;

export const endpointSchema = z
  .object({
    /** Its id, for ending it. */
    endpoint: z.string(),
    /** On 127.0.0.1. */
    url: z.url(),
    account: accountIdSchema,
  })
  .openapi('Endpoint');
export type EndpointView = z.infer<typeof endpointSchema>;

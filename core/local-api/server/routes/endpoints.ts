import { createRoute, z } from '@hono/zod-openapi';
import { endpointRequestSchema, endpointSchema } from '../../../wire/endpoint-schemas.ts';
import {
  accountParameter,
  callerOf,
  failureResponse,
  jsonAnswer,
  jsonBody,
  type LocalApiApp,
  noStore,
  type RouteContext,
} from '../route.ts';

const open = createRoute({
  method: 'post',
  path: '/v1/accounts/{id}/endpoints',
  summary: 'An address on this machine where clients of a service get the token of the account by themselves.',
  description: 'It ends with the calling process, whose children may use it too.',
  request: {
    params: z.object({ id: accountParameter }),
    body: { ...jsonBody(endpointRequestSchema), required: true },
  },
  responses: { 201: jsonAnswer('The endpoint.', endpointSchema), ...failureResponse },
});

const close = createRoute({
  method: 'delete',
  path: '/v1/accounts/{id}/endpoints/{endpoint}',
  summary: 'Ends a local endpoint before its process ends.',
  request: { params: z.object({ id: accountParameter, endpoint: z.string().max(64) }) },
  responses: { 204: { description: 'It is gone.' }, ...failureResponse },
});

export function registerEndpointRoutes(app: LocalApiApp, { broker }: RouteContext): void {
  app.openapi(open, async (c) => {
    const { id } = c.req.valid('param');
    return c.json(await broker.openEndpoint(id, c.req.valid('json'), callerOf(c.env)), 201, noStore);
  });
  app.openapi(close, async (c) => {
    const { id, endpoint } = c.req.valid('param');
    await broker.closeEndpoint(id, endpoint);
    return c.body(null, 204, noStore);
  });
}

import { createRoute, z } from '@hono/zod-openapi';
import { credentialRequestSchema, credentialSchema } from '../../../wire/credential-schemas.ts';
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

const route = createRoute({
  method: 'post',
  path: '/v1/accounts/{id}/credentials',
  summary: 'Keys of an AWS role, or a login to a database, made from the credential of the account.',
  description: 'The target must be listed by the account. Short-lived, and held in memory only.',
  request: {
    params: z.object({ id: accountParameter }),
    body: { ...jsonBody(credentialRequestSchema), required: true },
  },
  responses: { 200: jsonAnswer('The credential, in the shape of its kind.', credentialSchema), ...failureResponse },
});

export function registerCredentialRoute(app: LocalApiApp, { broker }: RouteContext): void {
  app.openapi(route, async (c) => {
    const { id } = c.req.valid('param');
    return c.json(await broker.credentials(id, c.req.valid('json'), callerOf(c.env)), 200, noStore);
  });
}

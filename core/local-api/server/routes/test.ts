import { createRoute, z } from '@hono/zod-openapi';
import { testRequestSchema, testSchema } from '../../../wire/check-schemas.ts';
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
  path: '/v1/accounts/{id}/test',
  summary:
    'Makes sure that there is a credential, and asks the service whether it takes it; a database is logged in to.',
  description: 'What is wrong with the account is part of the answer; the status tells of the request alone.',
  request: { params: z.object({ id: accountParameter }), body: jsonBody(testRequestSchema) },
  responses: { 200: jsonAnswer('What was found.', testSchema), ...failureResponse },
});

export function registerTestRoute(app: LocalApiApp, { broker }: RouteContext): void {
  app.openapi(route, async (c) => {
    return c.json(await broker.test(c.req.valid('param').id, c.req.valid('json'), callerOf(c.env)), 200, noStore);
  });
}

import { createRoute, z } from '@hono/zod-openapi';
import { permissionsSchema } from '../../../wire/permission-schemas.ts';
import { accountIdSchema } from '../../../wire/schemas.ts';
import {
  accountParameter,
  callerOf,
  failureResponse,
  jsonAnswer,
  type LocalApiApp,
  noStore,
  type RouteContext,
} from '../route.ts';

const object = z.string().min(1).max(512);
const mostObjects = 50;

const query = z.strictObject({
  object: z
    .union([object, z.array(object).max(mostObjects)])
    .optional()
    .openapi({
      param: { name: 'object', in: 'query' },
      description: 'An object at the service; may be given again. Without one: what the service shows by itself.',
    }),
  with: accountIdSchema
    .optional()
    .openapi({ param: { name: 'with', in: 'query' }, description: 'An account whose keys may read the mappings.' }),
});

const route = createRoute({
  method: 'get',
  path: '/v1/accounts/{id}/permissions',
  summary: 'What the credential of the account may do at its service; kept for ten minutes.',
  request: { params: z.object({ id: accountParameter }), query },
  responses: { 200: jsonAnswer('A row for each permission.', permissionsSchema), ...failureResponse },
});

export function registerPermissionsRoute(app: LocalApiApp, { broker }: RouteContext): void {
  app.openapi(route, async (c) => {
    const { object: named = [], with: other } = c.req.valid('query');
    const request = { objects: [named].flat(), with: other };
    return c.json(await broker.permissions(c.req.valid('param').id, request, callerOf(c.env)), 200, noStore);
  });
}

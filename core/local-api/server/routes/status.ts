import { createRoute } from '@hono/zod-openapi';
import { statusSchema } from '../../../wire/schemas.ts';
import { failureResponse, jsonAnswer, type LocalApiApp, noStore, type RouteContext } from '../route.ts';

const route = createRoute({
  method: 'get',
  path: '/v1/status',
  summary: 'The broker, its keychain, its accounts and open sign-ins; no secrets.',
  responses: { 200: jsonAnswer('The status.', statusSchema), ...failureResponse },
});

export function registerStatusRoute(app: LocalApiApp, { broker }: RouteContext): void {
  app.openapi(route, async (c) => c.json(await broker.status(), 200, noStore));
}

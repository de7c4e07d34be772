import { createRoute, z } from '@hono/zod-openapi';
import { tokenRequestSchema, tokenSchema } from '../../../wire/schemas.ts';
import {
  accountParameter,
  callerOf,
  failureResponse,
  holding,
  jsonAnswer,
  jsonBody,
  type LocalApiApp,
  noStore,
  type RouteContext,
} from '../route.ts';

const route = createRoute({
  method: 'post',
  path: '/v1/accounts/{id}/token',
  summary: 'An access token with at least `min_ttl` left, or the ID token; never a refresh token.',
  request: { params: z.object({ id: accountParameter }), body: jsonBody(tokenRequestSchema) },
  responses: { 200: jsonAnswer('The token.', tokenSchema), ...failureResponse },
});

export function registerTokenRoute(app: LocalApiApp, { broker, quotas }: RouteContext): void {
  app.openapi(route, async (c) => {
    const { id } = c.req.valid('param');
    const request = c.req.valid('json');
    const ask = () => broker.token(id, request, callerOf(c.env));
    const token = (request.wait ?? 0) > 0 ? await holding(quotas.waits, c.env, ask) : await ask();
    return c.json(token, 200, noStore);
  });
}

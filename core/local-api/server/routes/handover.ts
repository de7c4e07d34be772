import { createRoute, z } from '@hono/zod-openapi';
import { failureResponse, jsonAnswer, type LocalApiApp, noStore, type RouteContext } from '../route.ts';

const route = createRoute({
  method: 'post',
  path: '/v1/handover',
  summary: 'Another broker of the same user takes over: this one drains and ends.',
  responses: { 202: jsonAnswer('It will.', z.object({ pid: z.number().int() })), ...failureResponse },
});

export function registerHandoverRoute(app: LocalApiApp, { broker }: RouteContext): void {
  app.openapi(route, (c) => {
    // After the answer, or draining would cut it off.
    c.env.outgoing.once('close', () => broker.handover());
    return c.json({ pid: process.pid }, 202, noStore);
  });
}

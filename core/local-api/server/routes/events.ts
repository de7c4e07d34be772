import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import { createRoute } from '@hono/zod-openapi';
import { eventSchema } from '../../../wire/schemas.ts';
import { eventHeaders, streamEvents } from '../event-response.ts';
import { failureResponse, type LocalApiApp, type RouteContext } from '../route.ts';

const route = createRoute({
  method: 'get',
  path: '/v1/events',
  summary: 'Server-sent events: first the full state, then every change. `event` is the type, `data` the rest.',
  responses: {
    200: { description: 'The stream.', content: { 'text/event-stream': { schema: eventSchema } } },
    ...failureResponse,
  },
});

export function registerEventRoute(app: LocalApiApp, { broker, heartbeat, streams, quotas }: RouteContext): void {
  app.openapi(route, async (c) => {
    const { outgoing, consumer } = c.env;
    if (c.req.method === 'HEAD') return c.body(null, 200, eventHeaders) as never;
    const release = quotas.streams.take(consumer.pid);
    streams.add(outgoing);
    outgoing.once('close', () => {
      release();
      streams.delete(outgoing);
    });
    await streamEvents({ broker, outgoing, heartbeat });
    return RESPONSE_ALREADY_SENT as never;
  });
}

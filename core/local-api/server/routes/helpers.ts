import { createRoute, z } from '@hono/zod-openapi';
import { RequestRefused } from '../error-response.ts';
import { failureResponse, type LocalApiApp } from '../route.ts';

export const helperUpgrade = 'keytray-helper/1';

const parameter = (name: string) => z.string().openapi({ param: { name, in: 'path', required: true } });

const route = createRoute({
  method: 'get',
  path: '/v1/helpers/{protocol}/{operation}',
  summary:
    'Runs a credential-helper protocol over frames, after `Connection: Upgrade` and `Upgrade: keytray-helper/1`.',
  request: { params: z.object({ protocol: parameter('protocol'), operation: parameter('operation') }) },
  responses: {
    101: { description: 'The connection carries frames from here on; see docs/local-api.md.' },
    426: { description: 'The request asked for no upgrade.' },
    ...failureResponse,
  },
});

/** Requests that do upgrade never get here: the server takes them before any route. */
export function registerHelperRoute(app: LocalApiApp): void {
  app.openapi(route, () => {
    throw new RequestRefused(426, `send Connection: Upgrade and Upgrade: ${helperUpgrade}`, {
      Connection: 'Upgrade',
      Upgrade: helperUpgrade,
    });
  });
}

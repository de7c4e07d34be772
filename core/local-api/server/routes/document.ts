import { createRoute, z } from '@hono/zod-openapi';
import { failureResponse, jsonAnswer, type LocalApiApp, noStore } from '../route.ts';

const route = createRoute({
  method: 'get',
  path: '/v1/openapi.json',
  summary: 'This description, as OpenAPI 3.1.',
  responses: { 200: jsonAnswer('The document.', z.looseObject({})), ...failureResponse },
});

export function registerDocumentRoute(app: LocalApiApp): void {
  // Made when first asked for: most brokers never are, and it costs start-up time.
  let document: string | undefined;
  app.openapi(route, (c) => {
    document ??= JSON.stringify(
      app.getOpenAPI31Document({
        openapi: '3.1.0',
        info: { title: 'Keytray local API', version: '1' },
        servers: [{ url: 'http://keytray', description: 'Over the Unix socket.' }],
      }),
    );
    return c.body(document, 200, { ...noStore, 'Content-Type': 'application/json' }) as never;
  });
}

import { OpenAPIHono } from '@hono/zod-openapi';
import { KeytrayError } from '../../errors.ts';
import { errorResponse, RequestRefused } from './error-response.ts';
import { allowedMethods } from './methods.ts';
import type { LocalApiApp, RouteContext, RouteEnvironment } from './route.ts';
import { registerAccountRoutes } from './routes/accounts.ts';
import { registerApiKeyRoutes } from './routes/api-keys.ts';
import { registerCredentialRoute } from './routes/credentials.ts';
import { registerDocumentRoute } from './routes/document.ts';
import { registerEndpointRoutes } from './routes/endpoints.ts';
import { registerEventRoute } from './routes/events.ts';
import { registerHandoverRoute } from './routes/handover.ts';
import { registerHelperRoute } from './routes/helpers.ts';
import { registerLockRoutes } from './routes/lock.ts';
import { registerLoginRoutes } from './routes/logins.ts';
import { registerPermissionsRoute } from './routes/permissions.ts';
import { registerStatusRoute } from './routes/status.ts';
import { registerStoreRoutes } from './routes/store.ts';
import { registerTestRoute } from './routes/test.ts';
import { registerTokenRoute } from './routes/token.ts';

/** All routes over one broker, with one answer for every failure. */
export function createApp(context: RouteContext): LocalApiApp {
  const app: LocalApiApp = new OpenAPIHono<RouteEnvironment>({
    defaultHook: (result) => {
      if (!result.success) throw invalidRequest(result.target, result.error.issues);
    },
  });
  app.onError((error) => {
    const { status, headers, body } = errorResponse(error, context.logger);
    return Response.json(body, { status, headers: { ...headers, 'Cache-Control': 'no-store' } });
  });
  app.notFound((c) => {
    const allowed = allowedMethods(c.req.path, app.routes);
    if (allowed.length === 0) throw new KeytrayError('not_found', 'there is nothing at this path');
    throw new RequestRefused(405, `this path answers ${allowed.join(', ')}`, { Allow: allowed.join(', ') });
  });
  registerAccountRoutes(app, context);
  registerApiKeyRoutes(app, context);
  registerCredentialRoute(app, context);
  registerDocumentRoute(app);
  registerEndpointRoutes(app, context);
  registerEventRoute(app, context);
  registerHandoverRoute(app, context);
  registerHelperRoute(app);
  registerLockRoutes(app, context);
  registerLoginRoutes(app, context);
  registerPermissionsRoute(app, context);
  registerStatusRoute(app, context);
  registerStoreRoutes(app, context);
  registerTestRoute(app, context);
  registerTokenRoute(app, context);
  return app;
}

interface Issue {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}

function invalidRequest(target: string, issues: readonly Issue[]): KeytrayError {
  // An id that no account can have is one that no account has.
  if (target === 'param') return new KeytrayError('unknown_account', 'there is no account with this id');
  const problems = issues.map(({ path, message }) => [...path.map(String), message].join(': '));
  return new KeytrayError('invalid_request', problems.join('; '));
}

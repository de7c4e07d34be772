import { createRoute, z } from '@hono/zod-openapi';
import { callbackRequestSchema, confirmRequestSchema, pendingLoginSchema } from '../../../wire/schemas.ts';
import {
  callerOf,
  failureResponse,
  holding,
  jsonAnswer,
  jsonBody,
  type LocalApiApp,
  noStore,
  type RouteContext,
} from '../route.ts';

const params = z.object({
  login_id: z.string().openapi({ param: { name: 'login_id', in: 'path', required: true } }),
});

const query = z.strictObject({
  // Not coerced: Number() also takes '', '0x10' and '1e2'.
  wait: z
    .string()
    .regex(/^\d{1,3}$/)
    .transform(Number)
    .pipe(z.number().max(300))
    .optional()
    .openapi({
      param: { name: 'wait', in: 'query' },
      type: 'integer',
      minimum: 0,
      maximum: 300,
      description: 'Seconds to wait for the end of the sign-in.',
    }),
});

const follow = createRoute({
  method: 'get',
  path: '/v1/logins/{login_id}',
  summary: 'A sign-in; readable for 10 minutes after its end.',
  request: { params, query },
  responses: { 200: jsonAnswer('The login.', pendingLoginSchema), ...failureResponse },
});

const callback = createRoute({
  method: 'post',
  path: '/v1/logins/{login_id}/callback',
  summary: 'Finishes a sign-in with the URL the browser was sent to, or with a code the service shows.',
  request: { params, body: { ...jsonBody(callbackRequestSchema), required: true } },
  responses: { 200: jsonAnswer('The login.', pendingLoginSchema), ...failureResponse },
});

const confirm = createRoute({
  method: 'post',
  path: '/v1/logins/{login_id}/confirm',
  summary: 'Says whether to take a sign-in that another browser has brought (`confirm` in the login).',
  request: { params, body: { ...jsonBody(confirmRequestSchema), required: true } },
  responses: { 200: jsonAnswer('The login.', pendingLoginSchema), ...failureResponse },
});

const cancel = createRoute({
  method: 'delete',
  path: '/v1/logins/{login_id}',
  summary: 'Cancels a sign-in.',
  request: { params },
  responses: { 200: jsonAnswer('The login.', pendingLoginSchema), ...failureResponse },
});

export function registerLoginRoutes(app: LocalApiApp, { broker, quotas }: RouteContext): void {
  app.openapi(follow, async (c) => {
    const loginId = c.req.valid('param').login_id;
    const { wait = 0 } = c.req.valid('query');
    if (wait === 0) return c.json(broker.login(loginId), 200, noStore);
    const { signal } = callerOf(c.env);
    const login = await holding(quotas.waits, c.env, () => broker.waitForLogin(loginId, wait, signal));
    return c.json(login, 200, noStore);
  });
  app.openapi(callback, async (c) =>
    c.json(await broker.finishLogin(c.req.valid('param').login_id, c.req.valid('json')), 200, noStore),
  );
  app.openapi(confirm, async (c) =>
    c.json(await broker.confirmLogin(c.req.valid('param').login_id, c.req.valid('json').accept), 200, noStore),
  );
  app.openapi(cancel, (c) => c.json(broker.cancelLogin(c.req.valid('param').login_id), 200, noStore));
}

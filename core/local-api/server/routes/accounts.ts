import { createRoute, z } from '@hono/zod-openapi';
import { Secret } from '../../../secret.ts';
import {
  accountSchema,
  clientSecretRequestSchema,
  loginRequestSchema,
  logoutRequestSchema,
  logoutSchema,
  pendingLoginSchema,
} from '../../../wire/schemas.ts';
import {
  accountParameter,
  failureResponse,
  jsonAnswer,
  jsonBody,
  type LocalApiApp,
  noStore,
  type RouteContext,
} from '../route.ts';

const params = z.object({ id: accountParameter });

const list = createRoute({
  method: 'get',
  path: '/v1/accounts',
  summary: 'All configured accounts and their states.',
  responses: { 200: jsonAnswer('The accounts.', z.array(accountSchema)), ...failureResponse },
});

const show = createRoute({
  method: 'get',
  path: '/v1/accounts/{id}',
  summary: 'One account and its state.',
  request: { params },
  responses: { 200: jsonAnswer('The account.', accountSchema), ...failureResponse },
});

const login = createRoute({
  method: 'post',
  path: '/v1/accounts/{id}/login',
  summary: 'Starts a sign-in, or joins the one that is pending.',
  request: { params, body: { ...jsonBody(loginRequestSchema), required: true } },
  responses: {
    200: jsonAnswer('The login, which needed nobody and has succeeded.', pendingLoginSchema),
    202: jsonAnswer('The pending login.', pendingLoginSchema),
    ...failureResponse,
  },
});

const logout = createRoute({
  method: 'post',
  path: '/v1/accounts/{id}/logout',
  summary: 'Revokes the tokens (RFC 7009) unless `revoke` is false, then forgets them whatever the server says.',
  request: { params, body: jsonBody(logoutRequestSchema) },
  responses: { 200: jsonAnswer('What became of the tokens.', logoutSchema), ...failureResponse },
});

const setClientSecret = createRoute({
  method: 'put',
  path: '/v1/accounts/{id}/client-secret',
  summary:
    'Keeps the client secret (RFC 6749 section 2.3.1) that a provider insists on, or the password of a database.',
  request: { params, body: { ...jsonBody(clientSecretRequestSchema), required: true } },
  responses: { 204: { description: 'Kept.' }, ...failureResponse },
});

const removeClientSecret = createRoute({
  method: 'delete',
  path: '/v1/accounts/{id}/client-secret',
  summary: 'Forgets the client secret; also where there is none.',
  request: { params },
  responses: { 204: { description: 'There is none now.' }, ...failureResponse },
});

export function registerAccountRoutes(app: LocalApiApp, { broker }: RouteContext): void {
  app.openapi(list, async (c) => c.json([...(await broker.accounts())], 200, noStore));
  app.openapi(show, async (c) => c.json(await broker.account(c.req.valid('param').id), 200, noStore));
  app.openapi(login, async (c) => {
    const started = await broker.startLogin(c.req.valid('param').id, c.req.valid('json'));
    return started.state === 'succeeded' ? c.json(started, 200, noStore) : c.json(started, 202, noStore);
  });
  app.openapi(logout, async (c) => {
    const { revoke = true } = c.req.valid('json');
    return c.json(await broker.logout(c.req.valid('param').id, { revoke }), 200, noStore);
  });
  app.openapi(setClientSecret, async (c) => {
    const { id } = c.req.valid('param');
    const given = c.req.valid('json');
    if ('client_secret' in given) await broker.setClientSecret(id, new Secret(given.client_secret));
    else await broker.setDatabasePassword(id, new Secret(given.database_password));
    return c.body(null, 204, noStore);
  });
  app.openapi(removeClientSecret, async (c) => {
    await broker.removeClientSecret(c.req.valid('param').id);
    return c.body(null, 204, noStore);
  });
}

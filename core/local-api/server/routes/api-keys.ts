import { createRoute, z } from '@hono/zod-openapi';
import { Secret } from '../../../secret.ts';
import {
  apiKeyListSchema,
  apiKeyOwnerQuerySchema,
  apiKeyQuerySchema,
  apiKeyRequestSchema,
  apiKeySchema,
  createdApiKeySchema,
  revokeSecretSchema,
  rotatedApiKeySchema,
  rotationRequestSchema,
} from '../../../wire/api-key-schemas.ts';
import {
  accountParameter,
  callerOf,
  failureResponse,
  jsonAnswer,
  jsonBody,
  type LocalApiApp,
  noStore,
  type RouteContext,
} from '../route.ts';

const path = '/v1/accounts/{id}/api-keys';
const params = z.object({ id: accountParameter });
const keyParams = params.extend({ key: z.string().min(1).max(256) });

const list = createRoute({
  method: 'get',
  path,
  summary: 'The API keys the account has at its service; never a secret.',
  request: { params, query: apiKeyQuerySchema },
  responses: { 200: jsonAnswer('The keys.', apiKeyListSchema), ...failureResponse },
});

const create = createRoute({
  method: 'post',
  path,
  summary: 'Creates an API key at the service.',
  description: 'The secret is in this answer and nowhere else; with `keep_as` it becomes an account instead.',
  request: { params, body: { ...jsonBody(apiKeyRequestSchema), required: true } },
  responses: { 201: jsonAnswer('The new key.', createdApiKeySchema), ...failureResponse },
});

const show = createRoute({
  method: 'get',
  path: `${path}/{key}`,
  summary: 'One API key.',
  request: { params: keyParams, query: apiKeyOwnerQuerySchema },
  responses: { 200: jsonAnswer('The key.', apiKeySchema), ...failureResponse },
});

const revoke = createRoute({
  method: 'delete',
  path: `${path}/{key}`,
  summary: 'Revokes an API key at the service.',
  request: { params: keyParams, query: apiKeyOwnerQuerySchema },
  responses: { 204: { description: 'It is revoked.' }, ...failureResponse },
});

const revokeSecret = createRoute({
  method: 'post',
  path: `${path}/revoke`,
  summary: 'Revokes a leaked API key by its secret.',
  request: { params, body: { ...jsonBody(revokeSecretSchema), required: true } },
  responses: { 204: { description: 'It is revoked.' }, ...failureResponse },
});

const rotate = createRoute({
  method: 'post',
  path: `${path}/{key}/rotate`,
  summary: 'Puts a new API key in the place of this one, in the accounts that have it, and revokes it.',
  description: 'One that was broken off goes on where it stopped, by the ID of the old key or of the new one.',
  request: { params: keyParams, body: jsonBody(rotationRequestSchema) },
  responses: { 200: jsonAnswer('The new key.', rotatedApiKeySchema), ...failureResponse },
});

export function registerApiKeyRoutes(app: LocalApiApp, { broker: { apiKeys } }: RouteContext): void {
  app.openapi(list, async (c) =>
    c.json(await apiKeys.list(c.req.valid('param').id, c.req.valid('query')), 200, noStore),
  );
  app.openapi(create, async (c) => {
    const { id } = c.req.valid('param');
    return c.json(await apiKeys.create(id, c.req.valid('json'), callerOf(c.env)), 201, noStore);
  });
  app.openapi(show, async (c) => {
    const { id, key } = c.req.valid('param');
    return c.json(await apiKeys.show(id, key, c.req.valid('query')), 200, noStore);
  });
  app.openapi(revoke, async (c) => {
    const { id, key } = c.req.valid('param');
    await apiKeys.revoke(id, key, c.req.valid('query'));
    return c.body(null, 204, noStore);
  });
  app.openapi(revokeSecret, async (c) => {
    await apiKeys.revokeSecret(c.req.valid('param').id, new Secret(c.req.valid('json').secret));
    return c.body(null, 204, noStore);
  });
  app.openapi(rotate, async (c) => {
    const { id, key } = c.req.valid('param');
    return c.json(await apiKeys.rotate(id, key, c.req.valid('json')), 200, noStore);
  });
}

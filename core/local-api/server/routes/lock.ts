import { createRoute } from '@hono/zod-openapi';
import { Secret } from '../../../secret.ts';
import { openRequestSchema } from '../../../wire/store-schemas.ts';
import { callerOf, failureResponse, jsonBody, type LocalApiApp, noStore, type RouteContext } from '../route.ts';

const lock = createRoute({
  method: 'post',
  path: '/v1/lock',
  summary: 'Stops all hand-outs until somebody unlocks, and locks the encrypted file.',
  responses: { 204: { description: 'Locked.' }, ...failureResponse },
});

const unlock = createRoute({
  method: 'post',
  path: '/v1/unlock',
  summary: 'Ends the lock: with the passphrase of the encrypted file where it is locked, else from a terminal.',
  request: { body: { ...jsonBody(openRequestSchema), required: true } },
  responses: { 204: { description: 'Unlocked.' }, ...failureResponse },
});

export function registerLockRoutes(app: LocalApiApp, { broker }: RouteContext): void {
  app.openapi(lock, async (c) => {
    await broker.handOutLock.lock();
    return c.body(null, 204, noStore);
  });
  app.openapi(unlock, async (c) => {
    const { passphrase } = c.req.valid('json');
    const given = passphrase === undefined ? undefined : new Secret(passphrase);
    await broker.handOutLock.unlock(given, callerOf(c.env));
    return c.body(null, 204, noStore);
  });
}

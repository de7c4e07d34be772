import { createRoute } from '@hono/zod-openapi';
import { Secret } from '../../../secret.ts';
import { passphraseRequestSchema, unlockRequestSchema } from '../../../wire/store-schemas.ts';
import { failureResponse, jsonBody, type LocalApiApp, noStore, type RouteContext } from '../route.ts';

const unlock = createRoute({
  method: 'post',
  path: '/v1/store/unlock',
  summary: 'Unlocks the encrypted file; with `create`, a first passphrase makes it.',
  request: { body: { ...jsonBody(unlockRequestSchema), required: true } },
  responses: { 204: { description: 'Unlocked.' }, ...failureResponse },
});

const lock = createRoute({
  method: 'post',
  path: '/v1/store/lock',
  summary: 'Forgets the keys of the encrypted file and what was read from it.',
  responses: { 204: { description: 'Locked.' }, ...failureResponse },
});

const passphrase = createRoute({
  method: 'post',
  path: '/v1/store/passphrase',
  summary: 'Changes the passphrase of the encrypted file, and unlocks it.',
  request: { body: { ...jsonBody(passphraseRequestSchema), required: true } },
  responses: { 204: { description: 'Changed.' }, ...failureResponse },
});

export function registerStoreRoutes(app: LocalApiApp, { broker }: RouteContext): void {
  app.openapi(unlock, async (c) => {
    const { passphrase: given, create = false } = c.req.valid('json');
    await broker.store.unlock(new Secret(given), { create });
    return c.body(null, 204, noStore);
  });
  app.openapi(lock, async (c) => {
    await broker.store.lock();
    return c.body(null, 204, noStore);
  });
  app.openapi(passphrase, async (c) => {
    const { old, new: next } = c.req.valid('json');
    await broker.store.changePassphrase(new Secret(old), new Secret(next));
    return c.body(null, 204, noStore);
  });
}

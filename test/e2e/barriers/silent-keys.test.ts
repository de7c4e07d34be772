import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { layCheapFile } from '../../support/cheap-file.ts';
import { createIdTokens } from '../../support/id-tokens.ts';
import { createKeytray, type Keytray } from '../../support/keytray.ts';
import { type RotatingServer, startRotatingServer } from '../../support/rotating-server.ts';
import { signIn } from '../../support/sign-in.ts';

const passphrase = 'correct horse battery staple';
let server: RotatingServer;
let keytray: Keytray;

beforeEach(async () => {
  server = await startRotatingServer({ idTokens: createIdTokens() });
  keytray = await createKeytray();
  const file = join(keytray.folder, 'passphrase');
  await writeFile(file, `${passphrase}\n`, { mode: 0o600 });
  keytray.env.KEYTRAY_PASSPHRASE_FILE = file;
  await layCheapFile(join(keytray.folder, 'state', 'keytray'), passphrase);
  await keytray.configure(
    `accounts: { lab: { service: oidc, issuer: '${server.issuer}', client_id: keytray, scopes: [openid], store: encrypted-file } }\n`,
  );
  await keytray.startAgent();
  await signIn(keytray, 'lab');
  // The keys were read for the sign-in: the next broker has to read them anew.
  await keytray.stopAgent();
  await keytray.startAgent();
});
afterEach(async () => {
  await keytray.close();
  await server.close();
});

/** A forced refresh, up to where the broker waits for the signing keys. */
async function refreshUntilKeys(): Promise<{ readonly answer: Promise<unknown> }> {
  const { promise: asked, resolve } = Promise.withResolvers<void>();
  server.beforeKeys = () => {
    resolve();
    return new Promise(() => undefined);
  };
  const answer = keytray.api.token('lab', { force: true }).catch(() => undefined);
  await asked;
  server.beforeKeys = undefined;
  return { answer };
}

it('a broker killed while a server does not show its signing keys has kept the refresh', async () => {
  const { answer } = await refreshUntilKeys();
  await keytray.stopAgent('SIGKILL');
  await answer;
  await keytray.startAgent();
  expect(await keytray.api.token('lab', {})).toMatchObject({ access_token: server.issued[1]?.access });
  expect(server.presented).toHaveLength(1);
  // The server forgives no second use: the refresh token is the new one.
  expect(await keytray.api.token('lab', { force: true })).toMatchObject({ access_token: server.issued[2]?.access });
});

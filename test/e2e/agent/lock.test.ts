import { afterEach, beforeEach, expect, it } from 'vitest';
import { Secret } from '../../../core/secret.ts';
import { type RunningAuthorizationServer, startAuthorizationServer } from '../../support/authorization-server.ts';
import { createKeytray, type Keytray, program } from '../../support/keytray.ts';
import { runToEnd } from '../../support/processes.ts';
import { labConfig, signIn } from '../../support/sign-in.ts';

let server: RunningAuthorizationServer;
let keytray: Keytray;
beforeEach(async () => {
  server = await startAuthorizationServer();
  keytray = await createKeytray();
  await keytray.configure(labConfig({ issuer: server.issuer }));
  await keytray.startAgent();
  await signIn(keytray, 'lab');
});
afterEach(async () => {
  await keytray.close();
  await server.close();
});

const token = () => keytray.run(['token', 'lab']);

it('is ended from a terminal, and by no program without one', async () => {
  expect(await token()).toMatchObject({ status: 0 });
  expect(await keytray.run(['lock'])).toMatchObject({ status: 0 });
  expect(await token()).toMatchObject({ status: 7, stdout: '', stderr: expect.stringContaining('keytray unlock') });
  const options = { env: keytray.env, cwd: keytray.folder };
  const alone = await runToEnd('setsid', ['--wait', program('keytray'), 'unlock'], options);
  expect(alone).toMatchObject({ status: 5, stderr: expect.stringContaining('terminal') });
  expect(await token()).toMatchObject({ status: 7 });
  const atTerminal = await runToEnd('script', ['-qec', `${program('keytray')} unlock`, '/dev/null'], options);
  expect(atTerminal).toMatchObject({ status: 0, stdout: expect.stringContaining('Unlocked') });
  expect(await token()).toMatchObject({ status: 0 });
});

it('is not ended with the passphrase of an encrypted file that was made for it', async () => {
  await keytray.run(['lock']);
  const passphrase = new Secret('one that a program chose');
  const made = keytray.api.unlockStore(passphrase, { create: true });
  await expect(made).rejects.toMatchObject({ code: 'access_denied', advice: 'Unlock Keytray first.' });
  await expect(keytray.api.unlock(passphrase)).rejects.toMatchObject({ code: 'invalid_request' });
  expect(await token()).toMatchObject({ status: 7 });
});

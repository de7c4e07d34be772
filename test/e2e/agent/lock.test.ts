import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Secret } from '../../../core/secret.ts';
import { type RunningAuthorizationServer, startAuthorizationServer } from '../../support/authorization-server.ts';
import { layCheapFile } from '../../support/cheap-file.ts';
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
  expect(await unlockAtTerminal()).toMatchObject({ status: 0, stdout: expect.stringContaining('Unlocked') });
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

/** As a person does it. */
const unlockAtTerminal = () =>
  runToEnd('script', ['-qec', `${program('keytray')} unlock`, '/dev/null'], {
    env: keytray.env,
    cwd: keytray.folder,
  });

it.each(['SIGTERM', 'SIGKILL'] as const)(
  'outlives an agent that ends by %s, until somebody unlocks',
  async (signal) => {
    expect(await keytray.run(['lock'])).toMatchObject({ status: 0 });
    await keytray.stopAgent(signal);
    await keytray.startAgent();
    expect(await token()).toMatchObject({ status: 7, stdout: '', stderr: expect.stringContaining('keytray unlock') });
    expect((await keytray.api.status()).hand_outs).toEqual({ state: 'locked' });
    expect(await unlockAtTerminal()).toMatchObject({ status: 0 });
    await keytray.stopAgent('SIGKILL');
    await keytray.startAgent();
    expect(await keytray.api.status()).not.toHaveProperty('hand_outs');
  },
);

it('holds where nobody can tell any more what the note of it said', async () => {
  await keytray.stopAgent();
  await writeFile(path.join(keytray.folder, 'state/keytray/locked'), '', { mode: 0o666 });
  await keytray.startAgent();
  expect(await token()).toMatchObject({ status: 7 });
  expect(await unlockAtTerminal()).toMatchObject({ status: 0 });
  expect((await keytray.api.status()).hand_outs).toBeUndefined();
});

it('keeps the encrypted file locked across a restart, although its passphrase is left for it', async () => {
  const passphrase = 'correct horse battery staple';
  const left = path.join(keytray.folder, 'passphrase');
  await writeFile(left, `${passphrase}\n`, { mode: 0o600 });
  await keytray.stopAgent();
  await layCheapFile(path.join(keytray.folder, 'state/keytray'), passphrase);
  keytray.env.KEYTRAY_PASSPHRASE_FILE = left;
  await keytray.startAgent();
  expect(await keytray.run(['lock'])).toMatchObject({ status: 0 });
  await keytray.stopAgent('SIGKILL');
  await keytray.startAgent();
  expect(await keytray.api.status()).toMatchObject({
    hand_outs: { state: 'locked' },
    encrypted_file: { present: true, state: 'locked' },
  });
  expect(await keytray.run(['unlock'], { input: 'another horse\n' })).toMatchObject({ status: 5 });
  expect(await keytray.run(['unlock'], { input: `${passphrase}\n` })).toMatchObject({ status: 0 });
  expect((await keytray.api.status()).encrypted_file?.state).toBe('unlocked');
});

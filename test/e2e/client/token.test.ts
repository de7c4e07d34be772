import { copyFile, mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunningAuthorizationServer, startAuthorizationServer } from '../../../demo/authorization-server.ts';
import { createKeytray, type Keytray, program, repository } from '../../support/keytray.ts';
import { type Finished, runToEnd } from '../../support/processes.ts';
import { signIn } from '../../support/sign-in.ts';

/** The native client and the command line on the same broker: nobody can tell who has answered. */
const ttl = {
  AccessToken: 3_600,
  IdToken: 3_600,
  RefreshToken: 86_400,
  Grant: 86_400,
  Interaction: 600,
  Session: 86_400,
};

let server: RunningAuthorizationServer;
let keytray: Keytray;

beforeAll(async () => {
  server = await startAuthorizationServer({
    clients: [{ clientId: 'keytray' }],
    configuration: { ttl },
  });
  keytray = await createKeytray();
  const account = `{ service: oidc, issuer: "${server.issuer}", client_id: keytray, store: memory }`;
  await keytray.configure(`accounts:\n  lab: ${account}\n  new: ${account}\n`);
  await keytray.startAgent();
  expect((await signIn(keytray, 'lab')).state).toBe('succeeded');
});

afterAll(async () => {
  await keytray.close();
  await server.close();
});

const shownBy = async (file: string, args: readonly string[], env = keytray.env): Promise<Finished> =>
  await runToEnd(file, args, { env, cwd: keytray.folder });
const commandLine = (args: readonly string[], env?: NodeJS.ProcessEnv): Promise<Finished> =>
  shownBy(process.execPath, [join(repository, 'out/lib/cli.js'), ...args], env);
const native = (args: readonly string[], env?: NodeJS.ProcessEnv): Promise<Finished> =>
  shownBy(program('keytray'), args, env);

describe('keytray token, natively', () => {
  it.each([
    [0, ['lab']],
    [0, ['lab', '--format', 'header']],
    [0, ['lab', '--format=raw', '--min-ttl', '60']],
    [0, ['lab', '--id']],
    [2, []],
    [2, ['lab', 'more']],
    [2, ['lab', '--format', 'yaml']],
    [2, ['lab', '--min-ttl', 'soon']],
    [2, ['--nonsense', 'lab']],
    [8, ['nobody']],
    [4, ['new']],
    [0, ['--help']],
  ] as const)('ends with %i as the command line does (%j)', async (status, words) => {
    const args = ['token', ...words];
    const shown = await native(args);
    expect(shown.status).toBe(status);
    expect(shown).toEqual(await commandLine(args));
  });

  it('prints the same token as JSON', async () => {
    const [first, second] = [await native(['token', 'lab', '--format', 'json']), await commandLine(['token', 'lab'])];
    expect(`${JSON.parse(first.stdout).access_token}\n`).toBe(second.stdout);
  });

  it('forces one refresh, not two', async () => {
    const before = (await native(['token', 'lab'])).stdout;
    const forced = await native(['token', 'lab', '--force']);
    expect(forced).toMatchObject({ status: 0, stderr: '' });
    expect(forced.stdout).not.toBe(before);
    expect((await native(['token', 'lab'])).stdout).toBe(forced.stdout);
  });

  it('ends with 3 where nothing runs', async () => {
    const env = { ...keytray.env, KEYTRAY_SOCKET: join(keytray.folder, 'nobody.sock') };
    const shown = await native(['token', 'lab'], env);
    expect(shown.status).toBe(3);
    expect(shown).toEqual(await commandLine(['token', 'lab'], env));
  });

  it('answers itself what succeeds', async () => {
    // A copy without the command line beside it, were that asked.
    const alone = join(keytray.folder, 'alone/bin/keytray');
    await mkdir(dirname(alone), { recursive: true });
    await copyFile(program('keytray'), alone);
    expect((await shownBy(alone, ['token', 'lab'])).status).toBe(0);
    expect(await shownBy(alone, ['status'])).toMatchObject({ status: 1, stderr: expect.stringContaining('not there') });
  });
});

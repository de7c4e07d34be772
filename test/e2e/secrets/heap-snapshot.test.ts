import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunningAuthorizationServer, startAuthorizationServer } from '../../../demo/authorization-server.ts';
import { type Child, startChild } from '../../../demo/children.ts';
import { createKeytray, type Keytray, program, repository } from '../../support/keytray.ts';
import { knownSecrets } from '../../support/known-secrets.ts';
import { runToEnd } from '../../support/processes.ts';
import { labConfig, signIn } from '../../support/sign-in.ts';

/**
 * Nothing makes Node write a heap snapshot of the agent as it is started; a developer who adds the option to Node by
 * hand gets one. It holds every string there is, so it shows whether a token is kept as one.
 */
describe('a heap snapshot of the running broker', () => {
  const secrets = knownSecrets();
  let server: RunningAuthorizationServer;
  let keytray: Keytray;
  let agent: Child;

  beforeAll(async () => {
    server = await startAuthorizationServer({
      clients: [
        { clientId: 'confidential', clientSecret: 'the-client-secret', redirectUris: ['http://127.0.0.1/callback'] },
      ],
      onTokenExchange: secrets.onTokenExchange,
    });
    keytray = await createKeytray();
    const config = labConfig({ issuer: server.issuer, git: ['git.lab.example'] });
    await keytray.configure(config.replace('client_id: keytray', 'client_id: confidential'));
    const args = ['--heapsnapshot-signal=SIGUSR2', path.join(repository, 'out/lib/agent.js')];
    agent = startChild(process.execPath, args, { env: keytray.env, cwd: keytray.folder });
  });

  afterAll(async () => {
    await agent.stop();
    await keytray.close();
    await server.close();
  });

  const snapshots = async () => {
    const names = (await readdir(keytray.folder)).filter((name) => name.endsWith('.heapsnapshot'));
    return await Promise.all(names.map((name) => readFile(path.join(keytray.folder, name), 'utf8')));
  };

  it('has no token, code, verifier or client secret in it', async () => {
    await expect.poll(() => keytray.api.status().catch(() => undefined), { timeout: 10_000 }).toBeDefined();
    secrets.add('client_secret', 'the-client-secret');
    const input = 'the-client-secret\n';
    expect(await keytray.run(['accounts', 'set-secret', 'lab'], { input })).toMatchObject({ status: 0 });
    expect(await signIn(keytray, 'lab')).toMatchObject({ state: 'succeeded' });
    await keytray.api.token('lab', {});
    await keytray.api.token('lab', { force: true });
    await keytray.api.token('lab', { token: 'id' });
    const get = { env: keytray.env, cwd: keytray.folder, input: 'protocol=https\nhost=git.lab.example\n\n' };
    const answer = await runToEnd(program('git-credential-keytray'), ['get'], get);
    expect(secrets.foundIn(answer.stdout)).toEqual(['access_token']);
    await keytray.api.status();

    process.kill(agent.pid ?? 0, 'SIGUSR2');
    await expect.poll(snapshots, { timeout: 30_000, interval: 200 }).toEqual([expect.stringMatching(/\]\}\s*$/)]);
    const [snapshot = ''] = await snapshots();
    expect(snapshot).toContain(server.issuer);
    expect(snapshot).toContain('git.lab.example');
    const kinds = ['access_token', 'client_secret', 'code', 'code_verifier', 'id_token', 'refresh_token'];
    expect(secrets.kinds()).toEqual(kinds);
    expect(secrets.foundIn(snapshot)).toEqual([]);
  });
});

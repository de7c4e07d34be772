import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunningAuthorizationServer, startAuthorizationServer } from '../../../demo/authorization-server.ts';
import { createGitSandbox, type GitSandbox } from '../../support/git-sandbox.ts';
import { createKeytray, type Keytray, program } from '../../support/keytray.ts';
import { labConfig, signIn } from '../../support/sign-in.ts';

describe('a herd at an expired rotating token', () => {
  let lifetime = 1;
  let server: RunningAuthorizationServer;
  let keytray: Keytray;
  let sandbox: GitSandbox;

  beforeAll(async () => {
    server = await startAuthorizationServer({ configuration: { ttl: { AccessToken: () => lifetime } } });
    keytray = await createKeytray();
    await keytray.configure(labConfig({ issuer: server.issuer, git: ['git.lab.example'] }));
    sandbox = await createGitSandbox({ env: { KEYTRAY_SOCKET: keytray.socket } });
    await sandbox.git('config', '--global', 'credential.helper', program('git-credential-keytray'));
    await keytray.startAgent();
    expect(await signIn(keytray, 'lab')).toMatchObject({ state: 'succeeded' });
  });

  afterAll(async () => {
    await keytray.close();
    await server.close();
    await sandbox.close();
  });

  it('makes exactly one refresh, and every answer is right', async () => {
    // The first token lives one second; what the herd gets lives long enough for the slowest of it.
    const { expires_at: expiresAt = '' } = await keytray.api.account('lab');
    await expect.poll(() => Date.now(), { timeout: 5_000 }).toBeGreaterThan(Date.parse(expiresAt));
    lifetime = 600;
    server.faults.delay = 5_000;
    const before = server.requests.refresh_token ?? 0;

    const requests = Array.from({ length: 200 }, async () => (await keytray.api.token('lab', {})).access_token);
    const fills = Array.from({ length: 40 }, async () => {
      const filled = await sandbox.run(['credential', 'fill'], { input: 'protocol=https\nhost=git.lab.example\n\n' });
      return /^password=(.*)$/m.exec(filled.stdout)?.[1] ?? filled.stderr;
    });
    const tokens = new Set(await Promise.all([...requests, ...fills]));

    expect([...tokens]).toEqual([expect.stringMatching(/^[\w-]+$/)]);
    expect((server.requests.refresh_token ?? 0) - before).toBe(1);
    const [token = ''] = tokens;
    expect(await server.introspect(token)).toMatchObject({ active: true, sub: 'ada' });
  });

  it('still has its login afterwards', async () => {
    server.faults.delay = 0;
    await keytray.api.token('lab', { force: true });
    expect(await keytray.api.account('lab')).toMatchObject({ state: 'active' });
  });
});

import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { type RunningAuthorizationServer, startAuthorizationServer } from '../../../demo/authorization-server.ts';
import { createGitSandbox, type GitSandbox } from '../../support/git-sandbox.ts';
import { startTestGitServer, type TestGitServer } from '../../support/git-server.ts';
import { createKeytray, type Keytray, program } from '../../support/keytray.ts';
import { needsRoot } from '../../support/needs-root.ts';
import { labConfig, signIn } from '../../support/sign-in.ts';
import { trixieGit } from '../../support/trixie.ts';

describe('a git that knows Bearer (2.46 and later), against a server that takes nothing else', () => {
  let server: RunningAuthorizationServer;
  let gitServer: TestGitServer;
  let keytray: Keytray;
  let sandbox: GitSandbox;

  beforeAll(async () => {
    server = await startAuthorizationServer();
    gitServer = await startTestGitServer(
      'bearer',
      async (credential) => credential.kind === 'bearer' && (await server.introspect(credential.token)).active,
    );
    keytray = await createKeytray();
    await keytray.configure(labConfig({ issuer: server.issuer, git: [gitServer.host] }));
    await keytray.startAgent();
    expect(await signIn(keytray, 'lab')).toMatchObject({ state: 'succeeded' });
    sandbox = await createGitSandbox({ program: trixieGit(), env: { KEYTRAY_SOCKET: keytray.socket } });
  });

  afterAll(async () => {
    await keytray.close();
    await gitServer.close();
    await server.close();
    await sandbox.close();
  });

  needsRoot('clones and pushes with the token of one sign-in', async () => {
    const version =
      /(\d+)\.(\d+)/
        .exec(await sandbox.git('version'))
        ?.slice(1)
        .map(Number) ?? [];
    expect(version[0] === 2 ? version[1] : 99).toBeGreaterThanOrEqual(46);
    await sandbox.git('config', '--global', 'credential.helper', program('git-credential-keytray'));
    const url = await gitServer.addRepository('api.git', { 'README.md': 'bearer\n' });
    await sandbox.git('clone', '--quiet', url, 'api');
    expect(await readFile(path.join(sandbox.work, 'api', 'README.md'), 'utf8')).toBe('bearer\n');
    await sandbox.git('-C', 'api', 'commit', '--quiet', '--allow-empty', '--message=second');
    await sandbox.git('-C', 'api', 'push', '--quiet', 'origin', 'HEAD:main');
    const served = gitServer.requests.filter(({ ok }) => ok);
    expect(new Set(served.map(({ scheme }) => scheme))).toEqual(new Set(['bearer']));
    expect(served.some(({ path: asked }) => asked.includes('git-receive-pack'))).toBe(true);
  });
});

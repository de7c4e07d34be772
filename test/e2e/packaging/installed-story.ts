import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll, expect } from 'vitest';
import { type RunningAuthorizationServer, startAuthorizationServer } from '../../support/authorization-server.ts';
import { startTestGitServer, type TestGitServer, tokenIn } from '../../support/git-server.ts';
import { createKeytray, type Keytray } from '../../support/keytray.ts';
import { needsRoot } from '../../support/needs-root.ts';
import { labConfig, signIn } from '../../support/sign-in.ts';
import { makeThrowAwayRoot, type ThrowAwayRoot } from '../../support/throw-away-root.ts';
import type { MadePackages } from './made-packages.ts';

const companion = '/usr/lib/keytray/resources/keytray';
const dpkg = ['dpkg', '--no-triggers', '--force-depends'];
const rpm = ['rpm', '--dbpath=/var/lib/rpm', '--nodeps', '--force-debian'];
const isRoot = process.getuid?.() === 0;

/** The program of somebody else. */
const expectedRemains: readonly string[] = ['/usr/bin/mvn-keytray'];

/** Installs, uses and removes, in this order: each step stands on the one before. */
export function installedStory(made: () => MadePackages): void {
  let root: ThrowAwayRoot;
  let server: RunningAuthorizationServer;
  let gitServer: TestGitServer;
  let keytray: Keytray;
  let agent: ChildProcess | undefined;

  beforeAll(async () => {
    if (!isRoot) return;
    root = await makeThrowAwayRoot();
    server = await startAuthorizationServer();
    gitServer = await startTestGitServer('basic', async (credential) => {
      const token = tokenIn(credential);
      return token !== undefined && (await server.introspect(token)).active;
    });
    keytray = await createKeytray();
    await keytray.configure(labConfig({ issuer: server.issuer, git: [gitServer.host] }));
  });

  afterAll(async () => {
    if (!isRoot) return;
    await stopAgent();
    await keytray.close();
    await gitServer.close();
    await server.close();
    await root.close();
  });

  const environment = () => ({ ...keytray.env, PATH: '/usr/sbin:/usr/bin:/sbin:/bin' });
  const inRoot = (...args: string[]) => root.run(args, environment());

  const stopAgent = async (): Promise<void> => {
    const ending = agent;
    agent = undefined;
    if (ending === undefined || ending.exitCode !== null) return;
    const gone = once(ending, 'exit');
    ending.kill();
    await gone;
  };

  const linkOf = async (name: string): Promise<string> =>
    (await root.run(['readlink', `/usr/bin/${name}`])).stdout.trim();

  needsRoot('installs, and links its programs, but over nobody else’s', async () => {
    await root.run(['sh', '-c', 'echo foreign > /usr/bin/mvn-keytray']);
    const ran = await root.run([...dpkg, '--install', made().deb]);
    expect(ran).toMatchObject({ status: 0 });
    expect(await linkOf('keytray')).toBe(`${companion}/bin/keytray`);
    expect(await linkOf('git-credential-keytray')).toBe(`${companion}/bin/git-credential-keytray`);
    expect(await linkOf('keytray-desktop')).toBe('/usr/lib/keytray/keytray-desktop');
    // Another program's name: linked only if somebody asks for it.
    expect(await root.changes()).not.toContain('/usr/bin/keyring');
    expect(ran.stderr).toContain('/usr/bin/mvn-keytray is another program');
    expect((await root.run(['cat', '/usr/bin/mvn-keytray'])).stdout).toBe('foreign\n');
  });

  needsRoot('serves a clone in agent mode, with its own Node and its own helper', async () => {
    const [file, ...args] = root.command(['/usr/bin/keytray', 'agent']);
    const started = spawn(file, args, { env: environment(), stdio: ['ignore', 'ignore', 'pipe'] });
    agent = started;
    let said = '';
    for await (const text of started.stderr.setEncoding('utf8')) {
      said += String(text);
      if (said.includes('listening on')) break;
    }
    expect(said).toContain('listening on');
    const { pid } = await keytray.api.status();
    expect((await root.run(['readlink', `/proc/${pid}/exe`])).stdout).toBe(`${companion}/node\n`);

    expect(await signIn(keytray, 'lab')).toMatchObject({ state: 'succeeded' });
    expect(await inRoot('keytray', 'setup', 'git')).toMatchObject({ status: 0 });
    const config = await readFile(path.join(keytray.env.HOME ?? '', '.gitconfig'), 'utf8');
    expect(config).toContain(`${companion}/bin/git-credential-keytray`);

    const url = await gitServer.addRepository('api.git', { 'README.md': 'api\n' });
    const work = path.join(keytray.folder, 'work');
    await mkdir(work);
    const cloned = await inRoot('git', '-C', work, 'clone', '--quiet', url, 'api');
    expect(cloned).toMatchObject({ status: 0, stderr: '' });
    expect(await readFile(path.join(work, 'api/README.md'), 'utf8')).toBe('api\n');
    expect(await inRoot('keytray', 'setup', 'git', '--undo')).toMatchObject({ status: 0 });
    await stopAgent();
  });

  needsRoot('keeps its links over an upgrade, and drops those of older versions', async () => {
    await root.run(['ln', '-s', `${companion}/bin/gone-keytray`, '/usr/bin/gone-keytray']);
    expect(await root.run([...dpkg, '--install', made().deb])).toMatchObject({ status: 0 });
    expect(await linkOf('keytray')).toBe(`${companion}/bin/keytray`);
    expect(await root.changes()).not.toContain('/usr/bin/gone-keytray');
  });

  needsRoot('leaves nothing behind', async () => {
    expect(await root.run([...dpkg, '--remove', 'keytray'])).toMatchObject({ status: 0 });
    expect(await root.changes()).toEqual(expectedRemains);
    expect((await root.run(['cat', '/usr/bin/mvn-keytray'])).stdout).toBe('foreign\n');
  });

  needsRoot('as an rpm too', async () => {
    expect(await root.run([...rpm, '--install', made().rpm])).toMatchObject({ status: 0 });
    expect(await linkOf('keytray')).toBe(`${companion}/bin/keytray`);
    expect(await root.run(['keytray', '--version'])).toMatchObject({ status: 0, stderr: '' });
    expect(await root.run([...rpm, '--erase', 'keytray'])).toMatchObject({ status: 0 });
    expect(await root.changes()).toEqual(expectedRemains);
  });
}

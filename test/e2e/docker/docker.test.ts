import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { type DockerRegistry, freePort, startDockerRegistry, writeImage } from '../../support/docker-registry.ts';
import { program } from '../../support/keytray.ts';
import { needsRoot } from '../../support/needs-root.ts';
import { startToolScene, type ToolScene } from '../../support/tool-scene.ts';
import { runTrixie } from '../../support/trixie.ts';

describe("Debian's docker-registry, which takes one token as its only password", () => {
  let scene: ToolScene;
  let registry: DockerRegistry;
  let host: string;
  let token: string;

  beforeAll(async () => {
    const port = await freePort();
    host = `127.0.0.1:${port}`;
    scene = await startToolScene(`docker: [${host}]`);
    token = (await scene.keytray.run(['token', 'lab'])).stdout.trim();
    if (process.getuid?.() !== 0) return;
    registry = await startDockerRegistry(scene.folder, { port, username: 'oauth2', password: token });
    await writeImage(path.join(scene.folder, 'image'), 'first');
    await configureDocker({ credsStore: 'keytray' });
  });

  afterAll(async () => {
    await registry?.close();
    await scene.close();
  });

  const configFile = () => path.join(scene.folder, '.docker/config.json');

  async function configureDocker(config: object): Promise<void> {
    await mkdir(path.dirname(configFile()), { recursive: true });
    await writeFile(configFile(), JSON.stringify(config));
  }

  const environment = (more: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv => ({
    ...scene.env,
    PATH: `${path.dirname(program('keytray'))}:${process.env.PATH}`,
    DOCKER_CONFIG: path.dirname(configFile()),
    REGISTRY_AUTH_FILE: path.join(scene.folder, 'auth.json'),
    ...more,
  });
  const run = (name: 'docker' | 'skopeo', args: readonly string[], more: NodeJS.ProcessEnv = {}, input = '') =>
    runTrixie(name, args, { cwd: scene.folder, env: environment(more), input });

  needsRoot('skopeo pushes and pulls', async () => {
    await writeFile(path.join(scene.folder, 'auth.json'), JSON.stringify({ credHelpers: { [host]: 'keytray' } }));
    const push = [
      'copy',
      '--format=v2s2',
      '--dest-tls-verify=false',
      'oci:image:first',
      `docker://${host}/team/first:1`,
    ];
    expect(await run('skopeo', push)).toMatchObject({ status: 0, stderr: '' });
    const pull = ['copy', '--src-tls-verify=false', `docker://${host}/team/first:1`, 'oci:copy:first'];
    expect(await run('skopeo', pull)).toMatchObject({ status: 0, stderr: '' });
    expect(await readFile(path.join(scene.folder, 'copy/oci-layout'), 'utf8')).toContain('1.0.0');

    await writeFile(path.join(scene.folder, 'auth.json'), '{}');
    expect(await run('skopeo', pull)).toMatchObject({ status: 1, stderr: expect.stringContaining('authentication') });
  });

  needsRoot('docker reads a manifest', async () => {
    const { status, stdout, stderr } = await run('docker', [
      'manifest',
      'inspect',
      '--insecure',
      `${host}/team/first:1`,
    ]);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(JSON.parse(stdout)).toMatchObject({ schemaVersion: 2 });
  });

  needsRoot('docker signs in and out, and leaves no token on disk', async () => {
    const login = await run('docker', ['login', '--username=oauth2', '--password-stdin', host], {}, token);
    expect(login).toMatchObject({ status: 0, stdout: expect.stringContaining('Login Succeeded') });
    expect(await readFile(configFile(), 'utf8')).not.toContain(token);
    expect(await readFile(configFile(), 'utf8')).not.toContain(Buffer.from(`oauth2:${token}`).toString('base64'));
    expect(await run('docker', ['logout', host])).toMatchObject({ status: 0 });
    // The sign-in is the broker's, and still there.
    expect(await scene.accepts(`Bearer ${(await scene.keytray.run(['token', 'lab'])).stdout.trim()}`)).toBe(true);
  });

  needsRoot('docker hands the token to its daemon, for the host that is listed alone', async () => {
    const daemon = await startDaemon();
    for (const image of [`${host}/team/first:1`, '127.0.0.2:5000/team/first:1', 'debian:12']) {
      expect(await run('docker', ['pull', '--quiet', image], daemon.env)).toMatchObject({ status: 0 });
    }
    const sent = await daemon.close('/images/create', 'x-registry-auth');
    expect(sent[0]).toMatchObject({ username: 'oauth2', password: token, serveraddress: host });
    expect(sent).toHaveLength(3);
    for (const other of sent.slice(1)) expect(other).not.toHaveProperty('password');
  });

  needsRoot('a classic build takes what is listed', async () => {
    const daemon = await startDaemon();
    const built = await run('docker', ['build', '-'], { ...daemon.env, DOCKER_BUILDKIT: '0' }, 'FROM scratch\n');
    expect(built).toMatchObject({ status: 0 });
    expect(await daemon.close('/build', 'x-registry-config')).toEqual([
      { [host]: expect.objectContaining({ username: 'oauth2', password: token }) },
    ]);
  });

  /** Says yes to everything. `close` resolves to what a header of the requests for this path held. */
  async function startDaemon() {
    const seen: { readonly url: string; readonly headers: IncomingHttpHeaders }[] = [];
    const daemon = createServer((request, response) => {
      seen.push({ url: request.url ?? '', headers: request.headers });
      request.resume().once('end', () => response.setHeader('Api-Version', '1.41').end('{}'));
    });
    const socket = path.join(await mkdtemp(path.join(scene.folder, 'daemon-')), 'docker.sock');
    daemon.listen(socket);
    await once(daemon, 'listening');
    return {
      env: { DOCKER_HOST: `unix://${socket}` },
      async close(asked: string, header: string): Promise<readonly object[]> {
        daemon.closeAllConnections();
        daemon.close();
        return seen
          .filter(({ url }) => new URL(url, 'http://docker').pathname.endsWith(asked))
          .map(({ headers }) => Buffer.from(String(headers[header] ?? ''), 'base64url').toString())
          .map((text) => (text === '' ? {} : JSON.parse(text)));
      },
    };
  }

  needsRoot('a server that is not listed sees no credential', async () => {
    const seen: (string | undefined)[] = [];
    const other = createServer((request, response) => {
      seen.push(request.headers.authorization);
      response.writeHead(401, { 'WWW-Authenticate': 'Basic realm="other"' }).end();
    }).listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    const { status } = await run('docker', ['manifest', 'inspect', '--insecure', `127.0.0.1:${port}/team/first:1`]);
    other.closeAllConnections();
    other.close();
    expect(status).toBe(1);
    expect(seen.length).toBeGreaterThan(0);
    expect(seen.filter((authorization) => authorization !== undefined)).toEqual([]);
  });

  needsRoot('where a sign-in is needed, docker goes on without and the reason is on the terminal', async () => {
    expect(await scene.keytray.run(['logout', 'lab', '--no-revoke'])).toMatchObject({ status: 0 });
    const { status, stderr } = await run('docker', ['manifest', 'inspect', '--insecure', `${host}/team/first:1`]);
    expect(status).toBe(1);
    expect(stderr).toContain('keytray login lab');
  });
});

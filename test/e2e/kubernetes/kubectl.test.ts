import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { type HttpsStub, startHttpsStub } from '../../support/https-stub.ts';
import { program } from '../../support/keytray.ts';
import { needsRoot } from '../../support/needs-root.ts';
import { startToolScene, type ToolScene } from '../../support/tool-scene.ts';
import { runTrixie } from '../../support/trixie.ts';

describe('kubectl over TLS', () => {
  let folder: string;
  let cluster: HttpsStub;
  let scene: ToolScene;

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'keytray-cluster-'));
    cluster = await startHttpsStub(folder, async (request, response) => {
      const authorization = request.headers.authorization;
      const ok = (await scene.accepts(authorization)) || isIdToken(authorization);
      response.writeHead(ok ? 200 : 401, { 'Content-Type': 'application/json' });
      response.end(JSON.stringify(ok ? answers[request.url?.split('?')[0] ?? ''] : { kind: 'Status' }));
    });
    scene = await startToolScene(`kubernetes: [${cluster.host}]`);
  });

  afterAll(async () => {
    await scene.close();
    await cluster.close();
    await rm(folder, { recursive: true, force: true });
  });

  /** The header of the last request; what kubectl said where it made none. */
  async function version(kubeconfig: object): Promise<{ status: number; stderr: string; header: string | undefined }> {
    const file = path.join(scene.folder, 'kubeconfig.json');
    await writeFile(file, JSON.stringify(kubeconfig), { mode: 0o600 });
    const before = cluster.requests.length;
    const { status, stderr } = await runTrixie('kubectl', ['--kubeconfig', file, 'get', '--raw', '/version'], {
      cwd: scene.folder,
      env: scene.env,
    });
    return { status, stderr, header: cluster.requests.slice(before).at(-1)?.authorization };
  }

  function kubeconfig(exec: object, server = cluster.url): object {
    return {
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [{ name: 'c', cluster: { server, 'certificate-authority': cluster.certificate.file } }],
      users: [{ name: 'u', user: { exec: { ...plugin, ...exec } } }],
      contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }],
      'current-context': 'x',
    };
  }

  const answers: Readonly<Record<string, object>> = {
    '/version': { major: '1', minor: '32', gitVersion: 'v1.32.0' },
    '/api': { kind: 'APIVersions', versions: ['v1'] },
    '/apis': { kind: 'APIGroupList', apiVersion: 'v1', groups: [] },
    '/api/v1': { kind: 'APIResourceList', groupVersion: 'v1', resources: [] },
  };

  const plugin = {
    apiVersion: 'client.authentication.k8s.io/v1',
    command: program('keytray'),
    args: ['helper', 'kubernetes', 'get', '--account=lab'],
    interactiveMode: 'Never',
    provideClusterInfo: true,
  };

  for (const apiVersion of ['client.authentication.k8s.io/v1', 'client.authentication.k8s.io/v1beta1']) {
    needsRoot(`takes the access token, ${apiVersion}`, async () => {
      const { status, stderr, header } = await version(kubeconfig({ apiVersion }));
      expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
      expect(await scene.accepts(header)).toBe(true);
    });
  }

  needsRoot('takes the ID token, and needs no account where one alone lists the cluster', async () => {
    const { status, header } = await version(kubeconfig({ args: ['helper', 'kubernetes', 'get', '--id'] }));
    expect(status).toBe(0);
    expect(isIdToken(header)).toBe(true);
  });

  needsRoot('keeps the token for the whole run', async () => {
    const handedOut = async () => (await scene.keytray.log()).split('"protocol":"kubernetes"').length;
    const [calls, requests] = [await handedOut(), cluster.requests.length];
    const file = path.join(scene.folder, 'kubeconfig.json');
    await writeFile(file, JSON.stringify(kubeconfig({})), { mode: 0o600 });
    const args = ['--kubeconfig', file, 'api-versions'];
    const { status, stderr } = await runTrixie('kubectl', args, { cwd: scene.folder, env: scene.env });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(cluster.requests.length - requests).toBeGreaterThan(1);
    expect((await handedOut()) - calls).toBe(1);
  });

  needsRoot('is refused for a cluster that is not listed', async () => {
    const other = cluster.url.replace('127.0.0.1', 'localhost');
    const { status, stderr, header } = await version(kubeconfig({}, other));
    expect(status).toBe(1);
    expect(stderr).toContain(`keytray: lab does not list ${other} under kubernetes:`);
    expect(header).toBeUndefined();
  });

  needsRoot('is refused where kubectl does not say for which cluster', async () => {
    const { status, stderr, header } = await version(kubeconfig({ provideClusterInfo: false }));
    expect(status).toBe(1);
    expect(stderr).toContain('set provideClusterInfo: true');
    expect(header).toBeUndefined();
  });
});

/** Three parts, and the issuer's claims in the second. */
function isIdToken(authorization: string | undefined): boolean {
  const claims = /^Bearer [\w-]+\.([\w-]+)\.[\w-]+$/.exec(authorization ?? '')?.[1];
  return claims !== undefined && JSON.parse(Buffer.from(claims, 'base64url').toString()).aud === 'keytray';
}

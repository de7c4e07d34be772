import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { type HttpsStub, startHttpsStub } from '../../support/https-stub.ts';
import { program } from '../../support/keytray.ts';
import { needsRoot } from '../../support/needs-root.ts';
import { startToolScene, type ToolScene } from '../../support/tool-scene.ts';
import { runTrixie } from '../../support/trixie.ts';
import { zipOf } from '../../support/zip.ts';

const goMod = 'module lab.example/hello\n';
const source = 'package hello\n\nconst Word = "hello"\n';

describe('Go 1.24 and a module proxy that asks for Bearer', () => {
  let folder: string;
  let proxy: HttpsStub;
  let scene: ToolScene;

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'keytray-proxy-'));
    proxy = await startHttpsStub(folder, async (request, response) => {
      if (!(await scene.accepts(request.headers.authorization))) {
        response.writeHead(401, { 'WWW-Authenticate': 'Bearer realm="lab"' }).end();
        return;
      }
      const body = files[request.url ?? ''];
      response.writeHead(body === undefined ? 404 : 200).end(body);
    });
    scene = await startToolScene(`go: [${proxy.host}]`);
  });

  afterAll(async () => {
    // Go's module cache is read-only.
    await runTrixie('go', ['clean', '-modcache'], { cwd: scene.folder, env: environment() });
    await scene.close();
    await proxy.close();
    await rm(folder, { recursive: true, force: true });
  });

  const files: Readonly<Record<string, string | Buffer>> = {
    '/lab.example/hello/@v/list': 'v1.0.0\n',
    '/lab.example/hello/@v/v1.0.0.info': '{"Version":"v1.0.0","Time":"2024-01-01T00:00:00Z"}',
    '/lab.example/hello/@v/v1.0.0.mod': goMod,
    '/lab.example/hello/@v/v1.0.0.zip': zipOf({
      'lab.example/hello@v1.0.0/go.mod': goMod,
      'lab.example/hello@v1.0.0/hello.go': source,
    }),
  };

  const environment = (more: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv => ({
    ...scene.env,
    GOPATH: path.join(scene.folder, 'go'),
    GOCACHE: path.join(scene.folder, 'cache'),
    GOPROXY: proxy.url,
    GONOSUMDB: '*',
    GOTOOLCHAIN: 'local',
    GOTELEMETRY: 'off',
    GOAUTH: `${program('keytray')} helper go get`,
    SSL_CERT_FILE: proxy.certificate.file,
    ...more,
  });

  async function get(name: string, more: NodeJS.ProcessEnv = {}) {
    const work = path.join(scene.folder, name);
    await mkdir(work);
    await writeFile(path.join(work, 'go.mod'), 'module example.com/work\n\ngo 1.24\n');
    const env = environment({ GOPATH: path.join(scene.folder, 'go', name), ...more });
    const finished = await runTrixie('go', ['get', '-x', 'lab.example/hello@v1.0.0'], { cwd: work, env });
    return { ...finished, mod: await readFile(path.join(work, 'go.mod'), 'utf8') };
  }

  needsRoot('fetches a module with the token of one sign-in', async () => {
    const { status, stderr, mod } = await get('listed');
    expect(stderr).not.toContain('keytray:');
    expect(status).toBe(0);
    expect(mod).toContain('lab.example/hello v1.0.0');
    const [first, ...others] = proxy.requests;
    // Nobody is given a token before they ask for one.
    expect(first).toMatchObject({ status: 401, authorization: undefined });
    expect(others.some(({ path: asked, status: answered }) => asked.endsWith('.zip') && answered === 200)).toBe(true);
  });

  needsRoot('gives nothing to another port of the same host', async () => {
    const certificates = path.join(folder, 'other');
    await mkdir(certificates);
    const other = await startHttpsStub(certificates, async (_, response) => void response.writeHead(401).end());
    const { status } = await get('unlisted', { GOPROXY: other.url, SSL_CERT_FILE: other.certificate.file });
    await other.close();
    expect(status).toBe(1);
    expect(other.requests.length).toBeGreaterThan(0);
    expect(other.requests.filter(({ authorization }) => authorization !== undefined)).toEqual([]);
  });

  needsRoot('says what is the matter where a sign-in is needed', async () => {
    expect(await scene.keytray.run(['logout', 'lab'])).toMatchObject({ status: 0 });
    const failed = await get('signed-out');
    expect(failed.status).toBe(1);
    expect(failed.stderr).toContain('keytray login lab');
  });
});

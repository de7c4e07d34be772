import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { runToEnd } from './processes.ts';

export interface StubNpmRegistry {
  readonly url: string;
  /** `host:port` */
  readonly host: string;
  readonly requests: readonly {
    readonly path: string;
    readonly authorization: string | undefined;
    readonly ok: boolean;
  }[];
  close(): Promise<void>;
}

/** A private registry with one package, `demo` 1.0.0: nothing without authorization. */
export async function startStubNpmRegistry(
  authorize: (authorization: string) => Promise<boolean>,
): Promise<StubNpmRegistry> {
  const archive = await packDemo();
  const requests: { path: string; authorization: string | undefined; ok: boolean }[] = [];

  const serve = (asked: string): { readonly status: number; readonly body: string | Buffer } => {
    if (asked === '/demo/-/demo-1.0.0.tgz') return { status: 200, body: archive };
    if (asked !== '/demo') return { status: 404, body: '{}' };
    const dist = {
      tarball: `${url}demo/-/demo-1.0.0.tgz`,
      integrity: `sha512-${createHash('sha512').update(archive).digest('base64')}`,
      shasum: createHash('sha1').update(archive).digest('hex'),
    };
    const document = {
      name: 'demo',
      'dist-tags': { latest: '1.0.0' },
      versions: { '1.0.0': { name: 'demo', version: '1.0.0', dist } },
      time: {
        modified: '2020-01-01T00:00:00.000Z',
        created: '2020-01-01T00:00:00.000Z',
        '1.0.0': '2020-01-01T00:00:00.000Z',
      },
    };
    return { status: 200, body: JSON.stringify(document) };
  };

  const server = createServer((request, response) => {
    const answer = async () => {
      const { authorization } = request.headers;
      const asked = request.url ?? '';
      const ok = authorization !== undefined && (await authorize(authorization));
      requests.push({ path: asked, authorization, ok });
      return ok ? serve(asked) : { status: 401, body: '{"error":"who are you?"}' };
    };
    void answer().then(({ status, body }) => {
      const type = typeof body === 'string' ? 'application/json' : 'application/octet-stream';
      response.writeHead(status, { 'content-type': type }).end(body);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const url = `http://127.0.0.1:${port}/`;
  return {
    url,
    host: `127.0.0.1:${port}`,
    requests,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function packDemo(): Promise<Buffer> {
  const folder = await mkdtemp(path.join(tmpdir(), 'keytray-npm-'));
  try {
    await mkdir(path.join(folder, 'package'));
    await writeFile(path.join(folder, 'package/package.json'), '{"name":"demo","version":"1.0.0"}\n');
    await writeFile(path.join(folder, 'package/index.js'), 'module.exports = 42;\n');
    const file = path.join(folder, 'demo.tgz');
    const { status, stderr } = await runToEnd('tar', ['-czf', file, 'package'], { env: process.env, cwd: folder });
    if (status !== 0) throw new Error(`tar: ${stderr}`);
    return await readFile(file);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

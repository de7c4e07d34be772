import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { zipOf } from './zip.ts';

export interface StubPythonIndex {
  /** `host:port` */
  readonly host: string;
  /** What was presented, `user:password`; undefined for nothing. */
  readonly requests: readonly { readonly path: string; readonly basic: string | undefined; readonly ok: boolean }[];
  close(): Promise<void>;
}

export const wheelName = 'demo-1.0.0-py3-none-any.whl';
const folder = 'demo-1.0.0.dist-info';
const wheel = zipOf({
  'demo/__init__.py': 'ANSWER = 42\n',
  [`${folder}/METADATA`]: 'Metadata-Version: 2.1\nName: demo\nVersion: 1.0.0\n',
  [`${folder}/WHEEL`]: 'Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n',
  [`${folder}/RECORD`]: 'demo/__init__.py,,\n',
});

/** A simple index (PEP 503) with one wheel, behind Basic. */
export async function startStubPythonIndex(
  authorize: (user: string, password: string) => Promise<boolean>,
): Promise<StubPythonIndex> {
  const requests: { path: string; basic: string | undefined; ok: boolean }[] = [];
  const digest = createHash('sha256').update(wheel).digest('hex');
  const pages: Readonly<Record<string, string | Buffer>> = {
    '/simple/demo/': `<!DOCTYPE html><a href="/files/${wheelName}#sha256=${digest}">${wheelName}</a>`,
    [`/files/${wheelName}`]: wheel,
  };
  const server = createServer((request, response) => {
    const answer = async (): Promise<void> => {
      const asked = request.url ?? '';
      const coded = /^Basic (\S+)$/.exec(request.headers.authorization ?? '')?.[1];
      const basic = coded === undefined ? undefined : Buffer.from(coded, 'base64').toString();
      const [, user = '', password = ''] = /^([^:]*):(.*)$/s.exec(basic ?? '') ?? [];
      const ok = basic !== undefined && (await authorize(user, password));
      requests.push({ path: asked, basic, ok });
      if (!ok) {
        response.writeHead(401, { 'www-authenticate': 'Basic realm="index"' }).end();
        return;
      }
      const page = pages[asked];
      const type = typeof page === 'string' ? 'text/html' : 'application/octet-stream';
      response.writeHead(page === undefined ? 404 : 200, { 'content-type': type }).end(page);
    };
    void answer();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    host: `127.0.0.1:${port}`,
    requests,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

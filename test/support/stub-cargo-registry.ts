import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import { buffer } from 'node:stream/consumers';

export interface StubCargoRegistry {
  /** `host:port` */
  readonly host: string;
  /** As a cargo configuration has it. */
  readonly index: string;
  /** `METHOD path`, with what the request was worth. */
  readonly requests: readonly {
    readonly what: string;
    readonly authorization: string | undefined;
    readonly ok: boolean;
  }[];
  close(): Promise<void>;
}

interface Published {
  readonly name: string;
  readonly vers: string;
  readonly cksum: string;
  readonly crate: Buffer;
  yanked: boolean;
}

type Answer = { readonly status: number; readonly body: string | Buffer };
const json = (body: object): Answer => ({ status: 200, body: JSON.stringify(body) });
const missing: Answer = { status: 404, body: '' };

/** A private sparse registry: nothing without authorization, not even its configuration. */
export async function startStubCargoRegistry(
  authorize: (authorization: string) => Promise<boolean>,
): Promise<StubCargoRegistry> {
  const crates = new Map<string, Published>();
  const requests: { what: string; authorization: string | undefined; ok: boolean }[] = [];

  const publish = (body: Buffer): Answer => {
    const length = body.readUInt32LE(0);
    const { name, vers } = JSON.parse(body.subarray(4, 4 + length).toString()) as Published;
    const crate = body.subarray(8 + length);
    const cksum = createHash('sha256').update(crate).digest('hex');
    crates.set(`${name}/${vers}`, { name, vers, cksum, crate, yanked: false });
    return json({ warnings: { invalid_categories: [], invalid_badges: [], other: [] } });
  };
  const indexOf = (name: string): Answer => {
    const lines = [...crates.values()]
      .filter((crate) => crate.name === name)
      .map(({ vers, cksum, yanked }) => JSON.stringify({ name, vers, cksum, yanked, deps: [], features: {} }));
    return lines.length === 0 ? missing : { status: 200, body: `${lines.join('\n')}\n` };
  };
  const yank = (crate: Published | undefined, yanked: boolean): Answer => {
    if (crate === undefined) return missing;
    crate.yanked = yanked;
    return json({ ok: true });
  };

  const serve = async (request: IncomingMessage, path: string): Promise<Answer> => {
    const [, area = '', ...rest] = path.split('/');
    if (area === 'index') {
      if (rest[0] === 'config.json') return json({ dl: `${url}/dl`, api: url, 'auth-required': true });
      return indexOf(rest.at(-1) ?? '');
    }
    if (area === 'dl') {
      const crate = crates.get(`${rest[0]}/${rest[1]}`);
      return crate === undefined ? missing : { status: 200, body: crate.crate };
    }
    const [name = '', second = '', third = ''] = rest.slice(2);
    if (request.method === 'PUT' && name === 'new') return publish(await buffer(request));
    if (third === 'yank' || third === 'unyank') return yank(crates.get(`${name}/${second}`), third === 'yank');
    if (second === 'owners') return json({ users: [{ id: 1, login: 'ada', name: 'Ada' }] });
    return missing;
  };

  const server = createServer((request, response) => {
    const answer = async (): Promise<Answer> => {
      const { authorization } = request.headers;
      const path = request.url ?? '';
      const ok = authorization !== undefined && (await authorize(authorization));
      requests.push({ what: `${request.method} ${path}`, authorization, ok });
      if (ok) return await serve(request, path);
      await buffer(request);
      response.setHeader('www-authenticate', `Cargo login_url="${url}/me"`);
      return { status: 401, body: '' };
    };
    void answer().then(({ status, body }) => response.writeHead(status).end(body));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const url = `http://127.0.0.1:${port}`;
  return {
    host: `127.0.0.1:${port}`,
    index: `sparse+${url}/index/`,
    requests,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer as createProxy, type Server } from 'node:http';
import { createServer } from 'node:https';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { NodeHttp } from '../../../core/oauth/node-http.ts';
import { type ScriptedServer, startScriptedServer } from '../../support/scripted-server.ts';

const fixture = (name: string) => join(import.meta.dirname, 'fixtures', name);
const authority = fixture('authority.pem');
const trusting = { ca: authority, verify: true };
const plain = { ca: undefined, verify: true };

const portOf = (server: Server): number => {
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
};
const listen = (server: Server) => new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
const close = (server: Server) =>
  new Promise<void>((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });

const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => 'no error',
    (error: unknown) =>
      error instanceof Error && error.cause instanceof Object && 'code' in error.cause ? error.cause.code : error,
  );

const secure = createServer({ key: readFileSync(fixture('server.key')), cert: readFileSync(fixture('server.pem')) });
secure.on('request', (request, response) => response.end(`hello ${request.headers.host}`));
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'keytray-http-'));
  await listen(secure);
});
afterAll(async () => {
  await close(secure);
  await rm(folder, { recursive: true });
});

describe('TLS', () => {
  const url = () => `https://127.0.0.1:${portOf(secure)}/`;

  it('refuses an authority nobody named', async () => {
    expect(await codeOf(new NodeHttp().fetchFor(plain)(url()))).toMatch(/UNABLE_TO|SELF_SIGNED/);
  });

  it('trusts the account’s own authority', async () => {
    const response = await new NodeHttp().fetchFor(trusting)(url());
    expect(await response.text()).toContain('hello');
  });

  it('trusts it for that account only', async () => {
    const http = new NodeHttp();
    await http.fetchFor(trusting)(url());
    expect(await codeOf(http.fetchFor(plain)(url()))).toMatch(/UNABLE_TO|SELF_SIGNED/);
  });

  it('looks away only where the settings say so', async () => {
    const response = await new NodeHttp().fetchFor({ ca: undefined, verify: false })(url());
    expect(response.status).toBe(200);
  });

  it('reads a replaced authority file again', async () => {
    const ca = join(folder, 'ca.pem');
    // A certificate, but not that of the authority.
    await copyFile(fixture('server.pem'), ca);
    const http = new NodeHttp();
    expect(await codeOf(http.fetchFor({ ca, verify: true })(url()))).toMatch(/UNABLE_TO|SELF_SIGNED/);
    await copyFile(fixture('authority.pem'), ca);
    expect((await http.fetchFor({ ca, verify: true })(url())).status).toBe(200);
  });

  it('names a file that cannot be read or used', async () => {
    const missing = { ca: join(folder, 'missing.pem'), verify: true };
    await expect(new NodeHttp().fetchFor(missing)(url())).rejects.toMatchObject({
      code: 'misconfigured',
      message: expect.stringContaining(missing.ca),
    });
    const broken = { ca: join(folder, 'broken.pem'), verify: true };
    await writeFile(broken.ca, '');
    await expect(new NodeHttp().fetchFor(broken)(url())).rejects.toMatchObject({ code: 'misconfigured' });
    await writeFile(broken.ca, '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n');
    await expect(new NodeHttp().fetchFor(broken)(url())).rejects.toMatchObject({
      code: 'misconfigured',
      message: expect.stringContaining(broken.ca),
    });
  });
});

describe('requests', () => {
  let server: ScriptedServer;
  afterEach(() => server.close());

  it('go in the clear to this machine only', async () => {
    server = await startScriptedServer(() => ({ body: 'ok' }));
    const fetch = new NodeHttp().fetchFor(plain);
    expect((await fetch(server.url)).status).toBe(200);
    await expect(fetch('http://login.example/token')).rejects.toMatchObject({ code: 'misconfigured' });
    await expect(fetch('file:///etc/passwd')).rejects.toMatchObject({ code: 'misconfigured' });
  });

  it('do not follow redirects', async () => {
    server = await startScriptedServer(() => ({ status: 307, headers: { location: '/elsewhere' } }));
    const response = await new NodeHttp().fetchFor(plain)(server.url, { method: 'POST', body: 'secret' });
    expect(response.status).toBe(307);
    expect(response.headers.get('location')).toBe('/elsewhere');
    expect(server.requests).toHaveLength(1);
  });

  it('send what they are told, each on its own connection', async () => {
    server = await startScriptedServer(() => ({ status: 204 }));
    const fetch = new NodeHttp().fetchFor(plain);
    const sent = { method: 'POST', body: 'a=1', headers: { 'content-type': 'application/x-www-form-urlencoded' } };
    expect((await fetch(`${server.url}/x`, sent)).status).toBe(204);
    expect((await fetch(new Request(`${server.url}/y`, { headers: { 'x-a': 'b' } }))).status).toBe(204);
    expect(server.requests).toMatchObject([
      { method: 'POST', path: '/x', form: { a: '1' }, headers: { connection: 'close' } },
      { method: 'GET', path: '/y', headers: { 'x-a': 'b' } },
    ]);
  });

  it('can be given up', async () => {
    server = await startScriptedServer(() => new Promise(() => undefined));
    const aborting = new AbortController();
    const waiting = new NodeHttp().fetchFor(plain)(server.url, { signal: aborting.signal });
    while (server.requests.length === 0) await new Promise((go) => setTimeout(go, 2));
    aborting.abort();
    await expect(waiting).rejects.toMatchObject({ name: 'AbortError' });
  });

  it('end where the answer is longer than any answer is', async () => {
    server = await startScriptedServer(() => ({ body: 'x'.repeat(1024 * 1024 + 1) }));
    await expect(new NodeHttp().fetchFor(plain)(server.url)).rejects.toMatchObject({ code: 'BODY_TOO_LARGE' });
  });
});

/** A proxy that sends every name to the one server we have, and remembers what it was asked for. */
async function startProxy(): Promise<{ url: string; asked: string[]; close: () => Promise<void> }> {
  const asked: string[] = [];
  const proxy = createProxy();
  proxy.on('connect', (request, socket) => {
    asked.push(request.url ?? '');
    const upstream = connect(portOf(secure), '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      upstream.pipe(socket).pipe(upstream);
    });
    upstream.on('error', () => socket.destroy());
    socket.on('error', () => upstream.destroy());
  });
  await listen(proxy);
  return { url: `http://127.0.0.1:${portOf(proxy)}`, asked, close: () => close(proxy) };
}

describe('the environment’s proxy', () => {
  const run = promisify(execFile);

  /** In a process of its own: the variables are read once, and ours must not change. */
  const fetchIn = async (env: Record<string, string>, url: string): Promise<string> => {
    const script = join(folder, 'fetch.ts');
    const module = join(import.meta.dirname, '../../../core/oauth/node-http.ts');
    await writeFile(
      script,
      `import { NodeHttp } from ${JSON.stringify(module)};
const [, , url, ca] = process.argv;
const response = await new NodeHttp().fetchFor({ ca, verify: true })(url).then((r) => r.text(), (e) => e.cause?.code ?? e.message);
process.stdout.write(response);`,
    );
    const { stdout } = await run(process.execPath, [script, url, authority], {
      env: { PATH: '/usr/bin:/bin', ...env },
    });
    return stdout;
  };

  it('is used, and the certificate checked through it', async () => {
    const proxy = await startProxy();
    try {
      const env = { HTTPS_PROXY: proxy.url };
      expect(await fetchIn(env, 'https://login.lab.example/')).toBe('hello login.lab.example');
      expect(await fetchIn(env, 'https://other.lab.example/')).toBe('ERR_TLS_CERT_ALTNAME_INVALID');
      expect(proxy.asked).toEqual(['login.lab.example:443', 'other.lab.example:443']);
    } finally {
      await proxy.close();
    }
  });

  it('is left out for this machine and for NO_PROXY', async () => {
    const proxy = await startProxy();
    try {
      const local = `https://127.0.0.1:${portOf(secure)}/`;
      expect(await fetchIn({ HTTPS_PROXY: proxy.url, HTTP_PROXY: proxy.url }, local)).toContain('hello');
      const excepted = { HTTPS_PROXY: proxy.url, NO_PROXY: '.invalid' };
      expect(await fetchIn(excepted, 'https://login.invalid/')).toMatch(/ENOTFOUND|EAI_AGAIN/);
      expect(proxy.asked).toEqual([]);
    } finally {
      await proxy.close();
    }
  });
});

import { chmod, chown, copyFile, lchown, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer as createHttpServer } from 'node:http';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { NodeHttp } from '../../../core/http/node-http.ts';
import { needsRoot } from '../../support/needs-root.ts';
import { type ScriptedServer, startScriptedServer } from '../../support/scripted-server.ts';
import { authority, codeOf, fixture, listening, type SecureServer, startSecureServer } from './secure-server.ts';

const trusting = { ca: authority, verify: true };
const plain = { ca: undefined, verify: true };

let secure: SecureServer;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'keytray-http-'));
  secure = await startSecureServer();
});
afterAll(async () => {
  await secure.close();
  await rm(folder, { recursive: true });
});

describe('TLS', () => {
  const url = () => secure.url;

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

  it('trusts no authority that others may write to, and names the command that mends it', async () => {
    const ca = join(folder, 'open.pem');
    await copyFile(fixture('authority.pem'), ca);
    await chmod(ca, 0o666);
    await expect(new NodeHttp().fetchFor({ ca, verify: true })(url())).rejects.toMatchObject({
      code: 'misconfigured',
      message: `tls.ca: others can write to ${ca}; run: chmod go-w ${ca}`,
    });
    await chmod(ca, 0o644);
    expect((await new NodeHttp().fetchFor({ ca, verify: true })(url())).status).toBe(200);
  });

  needsRoot('trusts no authority of another user, nor one behind their link', async () => {
    const ca = join(folder, 'theirs.pem');
    await copyFile(fixture('authority.pem'), ca);
    await chown(ca, 65_534, 65_534);
    await expect(new NodeHttp().fetchFor({ ca, verify: true })(url())).rejects.toThrow(`${ca} belongs to uid 65534`);
    await chown(ca, 0, 0);
    const laid = join(folder, 'laid.pem');
    await symlink(ca, laid);
    expect((await new NodeHttp().fetchFor({ ca: laid, verify: true })(url())).status).toBe(200);
    await lchown(laid, 65_534, 65_534);
    await expect(new NodeHttp().fetchFor({ ca: laid, verify: true })(url())).rejects.toThrow('is a link that belongs');
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

  it('take no answer that was cut short', async () => {
    server = await startScriptedServer(() => ({ headers: { 'content-length': '100' }, body: '{"access_token":' }));
    expect(await codeOf(new NodeHttp().fetchFor(plain)(server.url))).toBe('ECONNRESET');
  });

  it('keep every header of the answer', async () => {
    server = await startScriptedServer(() => ({ status: 418, headers: { 'x-a': 'b', 'retry-after': '7' }, body: 'é' }));
    const response = await new NodeHttp().fetchFor(plain)(server.url);
    expect(response).toMatchObject({ status: 418, statusText: "I'm a Teapot" });
    expect(Object.fromEntries(response.headers)).toMatchObject({ 'x-a': 'b', 'retry-after': '7' });
    expect(await response.text()).toBe('é');
  });

  it('end where the answer is longer than any answer is', async () => {
    server = await startScriptedServer(() => ({ body: 'x'.repeat(1024 * 1024 + 1) }));
    expect(await codeOf(new NodeHttp().fetchFor(plain)(server.url))).toBe('BODY_TOO_LARGE');
  });
});

describe('an answer that lies compressed on its server', () => {
  it('is read, but no longer one', async () => {
    const coded = { gzip: gzipSync, deflate: deflateSync, br: brotliCompressSync };
    const content = { '/small': '{"issuer":"x"}', '/large': 'x'.repeat(1024 * 1024 + 1) };
    const asked: (string | undefined)[] = [];
    const { port, close } = await listening(
      createHttpServer((request, response) => {
        asked.push(request.headers['accept-encoding']?.toString());
        const [, coding = '', size] = /^\/(.+)(\/.+)$/.exec(request.url ?? '') ?? [];
        const body = coded[coding as keyof typeof coded](content[size as keyof typeof content]);
        response.writeHead(200, { 'content-encoding': coding }).end(body);
      }),
    );
    try {
      const fetch = new NodeHttp().fetchFor(plain);
      for (const coding of Object.keys(coded)) {
        const answer = await fetch(`http://127.0.0.1:${port}/${coding}/small`);
        expect(await answer.json()).toEqual({ issuer: 'x' });
        expect(await codeOf(fetch(`http://127.0.0.1:${port}/${coding}/large`))).toBe('BODY_TOO_LARGE');
      }
      expect(new Set(asked)).toEqual(new Set(['identity']));
    } finally {
      await close();
    }
  });
});

describe('a server that falls silent', () => {
  const hasty = new NodeHttp({ timeouts: { connect: 50, reply: 50 } });

  it('is not waited for: before the connection stands', async () => {
    // Takes connections, and says nothing of TLS.
    const { port, close } = await listening(createServer(() => undefined));
    try {
      expect(await codeOf(hasty.fetchFor(plain)(`https://127.0.0.1:${port}/`))).toBe('ETIMEDOUT');
    } finally {
      await close();
    }
  });

  it('is not waited for: before its answer', async () => {
    const { port, close } = await listening(createServer((socket) => socket.resume()));
    try {
      expect(await codeOf(hasty.fetchFor(plain)(`http://127.0.0.1:${port}/`))).toBe('ETIMEDOUT');
    } finally {
      await close();
    }
  });

  it('is not waited for: in the middle of it', async () => {
    const begin = 'HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{';
    const { port, close } = await listening(createServer((socket) => socket.once('data', () => socket.write(begin))));
    try {
      expect(await codeOf(hasty.fetchFor(plain)(`http://127.0.0.1:${port}/`))).toBe('ETIMEDOUT');
    } finally {
      await close();
    }
  });

  it('can be given up before the connection stands', async () => {
    const aborting = new AbortController();
    const ended = Promise.withResolvers<void>();
    const silent = createServer((socket) => {
      socket.resume().once('close', ended.resolve);
      aborting.abort();
    });
    const { port, close } = await listening(silent);
    try {
      const waiting = new NodeHttp().fetchFor(plain)(`https://127.0.0.1:${port}/`, { signal: aborting.signal });
      await expect(waiting).rejects.toMatchObject({ name: 'AbortError' });
      await ended.promise;
    } finally {
      await close();
    }
  });

  it('is not asked at all by who has given up already', async () => {
    const signal = AbortSignal.abort();
    await expect(new NodeHttp().fetchFor(plain)('http://127.0.0.1:9/', { signal })).rejects.toBe(signal.reason);
  });
});

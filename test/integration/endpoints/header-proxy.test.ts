import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { connect } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { KeytrayError } from '../../../core/errors.ts';
import { Secret } from '../../../core/secret.ts';
import { needsRoot } from '../../support/needs-root.ts';
import { asOtherUser, perlConnect } from '../../support/other-user.ts';
import { type ProxyScene, proxyScene, type SceneOptions } from '../../support/proxy-scene.ts';
import { waitFor } from '../../support/wait-for.ts';

const scenes: ProxyScene[] = [];
afterEach(async () => {
  await Promise.all(scenes.splice(0).map((scene) => scene.close()));
});

async function opened(options?: SceneOptions): Promise<ProxyScene> {
  const scene = await proxyScene(options);
  scenes.push(scene);
  return scene;
}

const sentHeaders = (scene: ProxyScene): string => JSON.stringify(scene.upstream.seen.map((seen) => seen.rawHeaders));

describe('a proxy that adds headers', () => {
  it('sends a request on with a fresh token, under the path of the account', async () => {
    const scene = await opened({ basePath: '/api/' });
    const answer = await scene.ask(`${scene.path}/things/7?x=%2F`, {
      method: 'PUT',
      headers: { 'X-Own': 'kept', 'Content-Length': '5' },
      body: 'hello',
    });
    expect(answer).toMatchObject({ status: 200, body: 'served PUT /api/things/7?x=%2F' });
    await scene.ask(`${scene.path}/`);
    await scene.ask(scene.path);
    const [first, second, third] = scene.upstream.seen;
    expect(first).toMatchObject({ method: 'PUT', url: '/api/things/7?x=%2F', body: 'hello' });
    expect(first?.rawHeaders).toEqual([
      ...['X-Own', 'kept', 'Content-Length', '5', 'Authorization', 'Bearer real-token-1'],
      ...['Host', scene.upstream.url.host],
    ]);
    expect(second).toMatchObject({ method: 'GET', url: '/api/', body: '' });
    expect(third).toMatchObject({ url: '/api/' });
    expect(second?.rawHeaders).toContain('Bearer real-token-2');
    expect(scene.upstream.connections).toBe(1);
  });

  it('is open to who brings the secret where a client puts a key', async () => {
    const scene = await opened();
    const secret = scene.proxy.secret.reveal();
    const basic = (text: string) => ({ Authorization: `Basic ${Buffer.from(text).toString('base64')}` });
    for (const headers of [{ Authorization: `Bearer ${secret}` }, basic(`${secret}:`), basic(`x:${secret}`)]) {
      expect(await scene.ask('/things', { headers })).toMatchObject({ status: 200, body: 'served GET /things' });
    }
    expect(sentHeaders(scene)).not.toContain(secret);
    expect(sentHeaders(scene)).not.toContain('Basic');
  });

  it('tells nothing to who brings none, or asks under another name, or is a page', async () => {
    const scene = await opened();
    const { path, port } = scene;
    const answers = [
      await scene.ask('/'),
      await scene.ask('/things'),
      await scene.ask(`${path}x/things`),
      await scene.ask(path.slice(0, -1)),
      await scene.ask(`/x${path}/things`),
      await scene.ask('/things', { headers: { Authorization: 'Bearer guessed' } }),
      await scene.ask(`${path}/things`, { headers: { Host: 'evil.example' } }),
      await scene.ask(`${path}/things`, { headers: { Host: `localhost:${port}` } }),
      await scene.ask(`${path}/things`, { headers: { Host: `127.0.0.1:${port + 1}` } }),
      await scene.ask(`${path}/things`, { headers: { Origin: 'http://evil.example' } }),
      await scene.ask(`${path}/things`, { headers: { Origin: `http://127.0.0.1:${port}` } }),
      await scene.ask(`${path}/things`, { headers: { Referer: 'http://evil.example/' } }),
      await scene.ask(`http://127.0.0.1:${port}${path}/things`),
    ];
    expect(answers.map(({ status, body }) => ({ status, body }))).toEqual(
      answers.map(() => ({ status: 404, body: '{}' })),
    );
    expect(scene.asked()).toBe(0);
  });

  it('refuses credentials of the caller, and headers that change the meaning, before it asks for a token', async () => {
    const scene = await opened({ presented: ['X-Api-Key'] });
    for (const headers of [
      { Authorization: 'Bearer another' },
      { Cookie: 'session=1' },
      { 'Proxy-Authorization': 'Basic eDp5' },
      { 'X-Api-Key': 'another' },
      { X_Api_Key: 'another' },
      { 'X-HTTP-Method-Override': 'DELETE' },
      { 'X-Original-URL': '/admin' },
      { Upgrade: 'websocket', Connection: 'Upgrade' },
    ]) {
      const answer = await scene.ask(`${scene.path}/things`, { headers });
      expect(answer).toMatchObject({ status: 400 });
      expect(JSON.parse(answer.body)).toMatchObject({ error: 'invalid_request' });
      expect(answer.body).not.toContain('another');
    }
    expect(scene.asked()).toBe(0);
    expect(scene.upstream.seen).toEqual([]);
  });

  it('takes a key in the header the account is presented in', async () => {
    const scene = await opened({
      presented: ['X-Api-Key'],
      headers: async () => [{ name: 'X-Api-Key', value: new Secret('the-real-key') }],
    });
    const headers = { 'x-api-key': scene.proxy.secret.reveal() };
    expect(await scene.ask('/things', { headers })).toMatchObject({ status: 200 });
    expect(sentHeaders(scene)).toContain('the-real-key');
    expect(sentHeaders(scene)).not.toContain(scene.proxy.secret.reveal());
  });

  it('lets through what --allow names and nothing that only looks like it', async () => {
    const scene = await opened({ allow: ['GET /v1/*', 'POST /v1/items'] });
    const ask = async (path: string, method = 'GET') => (await scene.ask(`${scene.path}${path}`, { method })).status;
    expect(await ask('/v1/users')).toBe(200);
    expect(await ask('/v1/x/../users')).toBe(200);
    expect(await ask('/v1/items', 'POST')).toBe(200);
    expect(scene.upstream.seen.map(({ url }) => url)).toEqual(['/v1/users', '/v1/users', '/v1/items']);

    expect(await ask('/v1/items', 'DELETE')).toBe(403);
    expect(await ask('/admin')).toBe(403);
    expect(await ask('/v1/../admin')).toBe(403);
    expect(await ask('/v1/%2e%2e/admin')).toBe(403);
    expect(await ask('/V1/users')).toBe(403);
    expect(await ask('/v1/..%2fadmin')).toBe(400);
    expect(await ask('/v1/..%5cadmin')).toBe(400);
    expect(await ask('/v1/%252e%252e/admin')).toBe(400);
    expect(await ask('/v1/..;/admin')).toBe(400);
    expect(await ask('/v1/a%00/../admin')).toBe(400);
    expect(await ask('/v1/users?_method=DELETE')).toBe(400);
    expect(scene.upstream.seen).toHaveLength(3);
    expect(scene.asked()).toBe(3);
    expect(JSON.parse((await scene.ask(`${scene.path}/admin`)).body)).toEqual({
      error: 'access_denied',
      error_description: 'keytray: GET /admin is not among what --allow names',
    });
  });

  it('passes on no TRACE, no CONNECT and no Upgrade', async () => {
    const scene = await opened();
    const own = `Host: 127.0.0.1:${scene.port}\r\nAuthorization: Bearer ${scene.proxy.secret.reveal()}\r\n`;
    expect(await scene.raw(`TRACE / HTTP/1.1\r\n${own}Connection: close\r\n\r\n`)).toMatch(/^HTTP\/1\.1 403 /);
    expect(await scene.raw(`CONNECT ${scene.upstream.url.host} HTTP/1.1\r\n${own}\r\n`)).toBe('');
    expect(await scene.raw(`GET / HTTP/1.1\r\n${own}Connection: Upgrade, close\r\nUpgrade: h2c\r\n\r\n`)).toMatch(
      /^HTTP\/1\.1 400 /,
    );
    expect(scene.upstream.connections).toBe(0);
  });

  it('cannot be made to smuggle a second request', async () => {
    const scene = await opened();
    const head = `POST ${scene.path}/a HTTP/1.1\r\nHost: 127.0.0.1:${scene.port}\r\nConnection: close\r\n`;
    const smuggled = `GET ${scene.path}/smuggled HTTP/1.1\r\nHost: 127.0.0.1:${scene.port}\r\n\r\n`;
    const attacks = [
      `${head}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${smuggled}`,
      `${head}Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n${smuggled}`,
      `${head}Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello${smuggled}`,
      `${head}Content-Length: 5, 6\r\n\r\nhello${smuggled}`,
      `${head}Content-Length: +5\r\n\r\nhello${smuggled}`,
      `${head}Content-Length: 0x5\r\n\r\nhello${smuggled}`,
      `${head}Content-Length : 5\r\n\r\nhello${smuggled}`,
      `${head}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n${smuggled}`,
      `${head}Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n${smuggled}`,
      `${head}Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n`,
      `${head}Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n${smuggled}`,
      `${head}Transfer-Encoding:\x0bchunked\r\n\r\n0\r\n\r\n${smuggled}`,
      `${head}Transfer-Encoding: chunked\r\n\r\n5;\n\r\nhello\r\n0\r\n\r\n${smuggled}`,
      `${head}Transfer-Encoding: chunked\r\n\r\n-1\r\nhello\r\n0\r\n\r\n`,
      `${head}X: 1\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${smuggled}`,
      `${head}X: a\r\n b: c\r\nContent-Length: 0\r\n\r\n`,
      `${head}X: a\rb\r\nContent-Length: 0\r\n\r\n`,
      `${head}X: a\0b\r\nContent-Length: 0\r\n\r\n`,
      `${head}Host: evil.example\r\nContent-Length: 0\r\n\r\n`,
      `GET ${scene.path}/a HTTP/1.1\r\nConnection: close\r\n\r\n`,
      `GET ${scene.path}/a HTTP/1.1\nHost: 127.0.0.1:${scene.port}\nConnection: close\n\n`,
      `GET ${scene.path}/a\r\n\r\n`,
    ];
    for (const attack of attacks) {
      const answer = await scene.raw(attack);
      expect(answer, attack).toMatch(/^(?:HTTP\/1\.1 4\d\d |$)/);
    }
    expect(scene.upstream.seen).toEqual([]);
  });

  it('sends a body in the framing that was read, whatever Connection names', async () => {
    const scene = await opened();
    const head = `POST ${scene.path}/a HTTP/1.1\r\nHost: 127.0.0.1:${scene.port}\r\n`;
    const hop = 'Connection: close, Content-Length, Authorization, Host, X-Hop\r\nX-Hop: 1\r\n';
    await scene.raw(`${head}${hop}Content-Length: 5\r\n\r\nhello`);
    await scene.raw(
      `${head}Connection: close\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n5\r\nhello\r\n0\r\nX-Sum: 1\r\nAuthorization: x\r\n\r\n`,
    );
    const [counted, chunked] = scene.upstream.seen;
    expect(counted).toMatchObject({ body: 'hello' });
    expect(counted?.rawHeaders).toEqual([
      ...['Content-Length', '5', 'Authorization', 'Bearer real-token-1'],
      ...['Host', scene.upstream.url.host],
    ]);
    expect(chunked).toMatchObject({ body: 'hello' });
    expect(chunked?.rawHeaders).not.toContain('x');
    expect(chunked?.rawHeaders).toContain('Transfer-Encoding');
  });

  it('rewrites redirects within the server and follows none', async () => {
    const locations = ['/v2/next', 'https://elsewhere.example/', 'http://127.0.0.1:1/v2'];
    const serve = (_request: unknown, response: ServerResponse) => {
      response.writeHead(302, { Location: locations.shift() ?? '', 'Set-Cookie': 'session=real' }).end();
    };
    const scene = await opened({ serve, basePath: '/v2' });
    const ask = async () => (await scene.ask(`${scene.path}/now`)).headers;
    const first = await ask();
    expect(first.location).toBe(`${scene.proxy.address}/next`);
    expect(first['set-cookie']).toBeUndefined();
    expect((await ask()).location).toBe('https://elsewhere.example/');
    expect((await ask()).location).toBe('http://127.0.0.1:1/v2');
    const byHeader = { Authorization: `Bearer ${scene.proxy.secret.reveal()}` };
    locations.push('/v2/next');
    expect((await scene.ask('/now', { headers: byHeader })).headers.location).toBe(
      `http://127.0.0.1:${scene.port}/next`,
    );
  });

  it('answers for an account that has no token, and asks again the next time', async () => {
    const failures = [
      new KeytrayError('login_required', 'lab needs a sign-in', { account: 'lab' }),
      new KeytrayError('temporarily_unavailable', 'lab is not reachable', { retryAfter: 7 }),
    ];
    const headers = async () => {
      const failure = failures.shift();
      if (failure !== undefined) throw failure;
      return [{ name: 'Authorization', value: new Secret('Bearer now') }];
    };
    const scene = await opened({ headers });
    const first = await scene.ask(`${scene.path}/`);
    expect(first).toMatchObject({ status: 403 });
    expect(JSON.parse(first.body)).toEqual({
      error: 'login_required',
      error_description: 'keytray: lab needs a sign-in: keytray login lab',
    });
    expect(await scene.ask(`${scene.path}/`)).toMatchObject({ status: 503, headers: { 'retry-after': '7' } });
    expect(await scene.ask(`${scene.path}/`)).toMatchObject({ status: 200 });
  });

  it('asks once for all requests that wait for the token', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const scene = await opened({
      headers: async () => {
        await promise;
        return [{ name: 'Authorization', value: new Secret('Bearer shared') }];
      },
    });
    // Sent at once on one connection, they have all been read when the first one asks.
    const one = (more = '') => `GET ${scene.path}/things HTTP/1.1\r\nHost: 127.0.0.1:${scene.port}\r\n${more}\r\n`;
    const answers = scene.raw(`${one().repeat(19)}${one('Connection: close\r\n')}`);
    await waitFor('the proxy', async () => scene.asked() > 0);
    resolve();
    expect((await answers).split('served GET /things')).toHaveLength(21);
    expect(scene.asked()).toBe(1);
    await scene.ask(`${scene.path}/later`);
    expect(scene.asked()).toBe(2);
  });

  it('says that the server cannot be reached, and passes its troubles on', async () => {
    const statuses = [401, 429, 500];
    const serve = (_request: unknown, response: ServerResponse) => {
      response.writeHead(statuses.shift() ?? 200, { 'Retry-After': '3', 'WWW-Authenticate': 'Bearer' }).end('its own');
    };
    const scene = await opened({ serve });
    for (const status of [401, 429, 500]) {
      expect(await scene.ask(`${scene.path}/`)).toMatchObject({ status, body: 'its own' });
    }
    scene.upstream.server.closeAllConnections();
    await new Promise((done) => scene.upstream.server.close(done));
    const answer = await scene.ask(`${scene.path}/`);
    expect(answer).toMatchObject({ status: 502 });
    expect(JSON.parse(answer.body)).toEqual({
      error: 'temporarily_unavailable',
      error_description: `keytray: ${scene.upstream.url.host} cannot be reached (ECONNREFUSED)`,
    });
  });

  it('ends an answer that the server breaks off, and a request whose caller has gone', async () => {
    const { promise: closed, resolve } = Promise.withResolvers<void>();
    const responses: ServerResponse[] = [];
    const serve = (_request: unknown, response: ServerResponse) => {
      responses.push(response);
      response.once('close', () => responses.length === 2 && resolve());
      response.writeHead(200, { 'Content-Length': '100' }).write('half');
    };
    const scene = await opened({ serve });
    const begun = async () => {
      const socket = connect(scene.port, '127.0.0.1');
      socket.write(`GET ${scene.path}/ HTTP/1.1\r\nHost: 127.0.0.1:${scene.port}\r\n\r\n`);
      let said = '';
      while (!said.endsWith('half')) said += String((await once(socket, 'data'))[0]);
      return socket;
    };
    const first = await begun();
    responses[0]?.destroy();
    await once(first.resume(), 'close');
    const second = await begun();
    second.destroy();
    await closed;
  });

  it('tries a read again whose kept connection the server closed just then, and nothing else', async () => {
    let count = 0;
    const serve = (request: IncomingMessage, response: ServerResponse) => {
      count += 1;
      if (count % 2 === 0) request.socket.destroy();
      else response.end('ok');
    };
    const scene = await opened({ serve });
    expect(await scene.ask(`${scene.path}/`)).toMatchObject({ status: 200 });
    expect(await scene.ask(`${scene.path}/`)).toMatchObject({ status: 200 });
    expect(count).toBe(3);
    expect(await scene.ask(`${scene.path}/`, { method: 'DELETE' })).toMatchObject({ status: 502 });
    expect(count).toBe(4);
  });

  needsRoot('is closed to another user who knows the secret', async () => {
    const scene = await opened();
    const request = `GET ${scene.path}/ HTTP/1.1\r\nHost: 127.0.0.1:${scene.port}\r\n\r\n`;
    const program =
      'my $s = dial($ARGV[0], $ARGV[1]); syswrite $s, $ARGV[2]; while (sysread($s, my $a, 65536)) { print $a }';
    const other = asOtherUser(`${perlConnect}\n${program}`, '127.0.0.1', scene.port, request);
    expect(await other.output()).toMatch(/^HTTP\/1\.1 403 /);
    expect(scene.asked()).toBe(0);
  });

  it('cuts its connections when it ends, in the middle of an answer too', async () => {
    const serve = (_request: unknown, response: ServerResponse) => void response.write('on and on');
    const scene = await opened({ serve });
    const socket = connect(scene.port, '127.0.0.1');
    socket.write(`GET ${scene.path}/ HTTP/1.1\r\nHost: 127.0.0.1:${scene.port}\r\n\r\n`);
    await once(socket, 'data');
    const ended = once(socket.resume(), 'close');
    await scene.proxy.close();
    await ended;
    await expect(scene.ask(`${scene.path}/`)).rejects.toThrow(/ECONNREFUSED/);
  });

  it('says who has the port it is to listen on', async () => {
    const scene = await opened();
    await expect(proxyScene({ listen: { kind: 'port', port: scene.port } })).rejects.toMatchObject({
      code: 'misconfigured',
      message: expect.stringContaining(`the proxy cannot use port ${scene.port}: `),
    });
  });
});

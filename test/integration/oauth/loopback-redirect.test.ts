import { connect, createServer, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import type { CallbackPage } from '../../../core/oauth/callback-page.ts';
import type { LoopbackRedirect } from '../../../core/oauth/loopback-redirect.ts';
import {
  cookiesOf,
  deadlineMs,
  good,
  iss,
  type Listening,
  listening as listen,
  send,
  signedIn,
} from '../../support/redirect-scene.ts';

const open: LoopbackRedirect[] = [];
const holders: Server[] = [];
const sockets: Socket[] = [];
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await Promise.all(open.splice(0).map((redirect) => redirect.close()));
  await Promise.all(holders.splice(0).map((server) => new Promise((done) => server.close(done))));
});

const listening: typeof listen = async (...how) => {
  const it = await listen(...how);
  open.push(it.redirect);
  return it;
};

/** Writes bytes and resolves when the other side has hung up. */
function sendBytes(port: number, bytes: string | Buffer): Promise<void> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(bytes));
    sockets.push(socket);
    socket.on('error', () => undefined).on('close', () => resolve());
    socket.resume();
  });
}

/** Connects, writes and stays. */
function lurk(port: number, bytes: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.write(bytes);
      resolve(socket);
    });
    sockets.push(socket);
    socket.on('error', reject);
  });
}

async function expectStillWaiting({ answers, clock, end, port, redirect }: Listening): Promise<void> {
  expect(answers).toEqual([]);
  expect(end()).toBeUndefined();
  const real = await send(port, `/callback?${good}`);
  expect(real.status).toBe(200);
  clock.advance(30_000);
  expect(await redirect.ended).toBe('answered');
  expect(answers).toHaveLength(1);
}

describe('the answer', () => {
  it('is taken once; half a minute later the listener is gone', async () => {
    const it = await listening();
    const page = await send(it.port, `/callback?${good}`);
    expect(page.status).toBe(200);
    expect(page.body).toContain('You are signed in to Lab as ada.');
    expect(page.headers['content-security-policy']).toContain("default-src 'none'");
    expect((await send(it.port, `/callback?${good}`)).status).toBe(404);
    it.clock.advance(29_999);
    expect(it.end()).toBeUndefined();
    it.clock.advance(1);
    expect(await it.redirect.ended).toBe('answered');
    expect(it.answers).toMatchObject([{ answer: { kind: 'answer' } }]);
    await expect(send(it.port, `/callback?${good}`)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });

  it('is not taken twice while the first one is worked on', async () => {
    const { promise, resolve } = Promise.withResolvers<CallbackPage>();
    const it = await listening({}, () => promise);
    const first = send(it.port, `/callback?${good}`);
    while (it.answers.length === 0) await new Promise((go) => setTimeout(go, 2));
    expect((await send(it.port, `/callback?${good}`)).status).toBe(404);
    expect((await send(it.port, `/callback?error=access_denied&state=the-right-state&iss=${iss}`)).status).toBe(404);
    resolve(signedIn);
    expect((await first).status).toBe(200);
    expect(it.answers).toHaveLength(1);
  });

  it('is shown again to the browser that brought it, whatever it asks for, and to no other', async () => {
    const it = await listening();
    const first = await send(it.port, `/callback?${good}`);
    const headers = { cookie: cookiesOf(first) };
    for (const path of [
      `/callback?${good}`,
      '/callback',
      '/callback?error=access_denied',
      it.redirect.startUrl.pathname,
    ]) {
      expect(await send(it.port, path, { headers })).toMatchObject({ status: 200, body: first.body });
      const other = await send(it.port, path);
      expect(other).toMatchObject({ status: 404, body: expect.stringContaining('has already come') });
      expect(other.body).not.toContain('ada');
    }
    expect((await send(it.port, '/other', { headers })).status).toBe(404);
    expect(it.answers).toHaveLength(1);
    expect(it.strayed).toEqual([]);
  });

  it('shows its page only after the work is done, and does not mind the deadline meanwhile', async () => {
    const { promise, resolve } = Promise.withResolvers<CallbackPage>();
    const it = await listening({}, () => promise);
    const page = send(it.port, `/callback?${good}`);
    while (it.answers.length === 0) await new Promise((go) => setTimeout(go, 2));
    it.clock.advance(deadlineMs * 2);
    resolve({ kind: 'failed', title: 'Lab', what: 'another person signed in' });
    expect(await page).toMatchObject({ status: 400, body: expect.stringContaining('Another person signed in.') });
    expect(it.end()).toBeUndefined();
  });

  it('counts although the browser has gone', async () => {
    const { promise, resolve } = Promise.withResolvers<CallbackPage>();
    const it = await listening({}, () => promise);
    const socket = await lurk(it.port, `GET /callback?${good} HTTP/1.1\r\nHost: 127.0.0.1:${it.port}\r\n\r\n`);
    while (it.answers.length === 0) await new Promise((go) => setTimeout(go, 2));
    socket.destroy();
    resolve(signedIn);
    await expect.poll(() => it.clock.untilNextTimer).toBe(30_000);
    it.clock.advance(30_000);
    expect(await it.redirect.ended).toBe('answered');
  });

  it('ends the listener even where the work fails', async () => {
    const it = await listening({}, () => Promise.reject(new Error('secret detail')));
    const page = await send(it.port, `/callback?${good}`);
    expect(page.status).toBe(400);
    expect(page.body).not.toContain('secret detail');
    it.clock.advance(30_000);
    expect(await it.redirect.ended).toBe('answered');
  });

  it('may be a denial', async () => {
    const it = await listening();
    const page = await send(it.port, `/callback?error=access_denied&state=the-right-state&iss=${iss}`);
    expect(page).toMatchObject({ status: 400, body: expect.stringContaining('You said no.') });
    expect(it.answers).toMatchObject([{ answer: { kind: 'denied', error: 'access_denied' } }]);
    it.clock.advance(30_000);
    expect(await it.redirect.ended).toBe('answered');
  });
});

describe('what changes nothing', () => {
  it.each([
    ['a wrong path', `/other?${good}`],
    ['a path below', `/callback/x?${good}`],
    ['a path the parser would tidy up', `/x/../callback?${good}`],
    ['an encoded path', `/%63allback?${good}`],
    ['two slashes', `//callback?${good}`],
    ['no query', '/callback'],
    ['a wrong state', `/callback?code=c&state=wrong&iss=${iss}`],
    ['no state', `/callback?code=c&iss=${iss}`],
    ['no iss', '/callback?code=c&state=the-right-state'],
    ['a wrong iss', '/callback?code=c&state=the-right-state&iss=https%3A%2F%2Fevil.example'],
    ['an error with a wrong state', `/callback?error=access_denied&state=wrong&iss=${iss}`],
    ['an error without iss', '/callback?error=access_denied&state=the-right-state'],
    ['no code', `/callback?state=the-right-state&iss=${iss}`],
    ['a favicon', '/favicon.ico'],
    ['the root', '/'],
    ['a scanner’s guess', '/wp-login.php'],
    ['another server’s address', 'http://evil.example/callback'],
  ])('%s', async (_what, path) => {
    const it = await listening();
    expect((await send(it.port, path)).status).toBe(404);
    await expectStillWaiting(it);
  });

  it.each(['POST', 'HEAD', 'PUT', 'DELETE', 'OPTIONS'])('%s', async (method) => {
    const it = await listening();
    const answer = await send(it.port, `/callback?${good}`, { method, ...(method === 'POST' ? { body: good } : {}) });
    expect(answer).toMatchObject({ status: 405, headers: { allow: 'GET' } });
    await expectStillWaiting(it);
  });

  it.each(['evil.example', 'localhost', '127.0.0.1', 'localhost:1'])('Host: %s', async (host) => {
    const it = await listening();
    expect((await send(it.port, `/callback?${good}`, { headers: { host } })).status).toBe(404);
    await expectStillWaiting(it);
  });

  it.each<[string, string | Buffer]>([
    ['garbage', Buffer.from([0, 255, 1, 254, 13, 10, 13, 10, 0])],
    ['a TLS hello', Buffer.from('16030100c8010000c40303', 'hex')],
    ['an SSH greeting', 'SSH-2.0-OpenSSH_9.2\r\n'],
    ['a header without end', `GET /callback?${good} HTTP/1.1\r\nX: ${'x'.repeat(400_000)}`],
    ['a CONNECT', 'CONNECT evil.example:443 HTTP/1.1\r\nHost: evil.example\r\n\r\n'],
    ['an Upgrade', 'GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n'],
  ])('%s', async (_what, bytes) => {
    const it = await listening();
    await sendBytes(it.port, bytes);
    await expectStillWaiting(it);
  });

  it('half requests, more of them than we hold', async () => {
    const it = await listening();
    for (let count = 0; count < 50; count += 1) await lurk(it.port, 'GET /callback HTTP/1.1\r\nHo');
    await expectStillWaiting(it);
  });

  it('a slow request that is cut off with the listener', async () => {
    const it = await listening();
    const slow = await lurk(it.port, 'GET /callback?code');
    const hungUp = new Promise((resolve) => slow.on('error', resolve).on('close', resolve));
    await expectStillWaiting(it);
    await hungUp;
  });
});

describe('the end', () => {
  it('comes with the deadline, not before', async () => {
    const it = await listening();
    it.clock.advance(deadlineMs - 1);
    expect((await send(it.port, '/')).status).toBe(404);
    it.clock.advance(1);
    expect(await it.redirect.ended).toBe('deadline');
    await expect(send(it.port, `/callback?${good}`)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    expect(it.answers).toEqual([]);
  });

  it('comes with close, however often', async () => {
    const it = await listening();
    await lurk(it.port, 'GET ');
    await it.redirect.close();
    await it.redirect.close();
    expect(await it.redirect.ended).toBe('closed');
  });
});

describe('the address', () => {
  it('has no path where none is registered, and takes the root', async () => {
    const it = await listening({ path: 'none' });
    expect(it.redirect.redirectUri).toBe(`http://127.0.0.1:${it.port}`);
    expect((await send(it.port, `/callback?${good}`)).status).toBe(404);
    expect((await send(it.port, `/?${good}`)).status).toBe(200);
  });

  it('is on both addresses a browser may take localhost for', async () => {
    const it = await listening({ host: 'localhost' });
    expect(it.redirect.redirectUri).toBe(`http://localhost:${it.port}/callback`);
    const headers = { host: `localhost:${it.port}` };
    expect((await send(it.port, '/x', { headers })).status).toBe(404);
    const six = await send(it.port, `/callback?${good}`, { headers, host: '::1' }).catch((error: unknown) => error);
    // A machine without IPv6 has nothing to listen on there, and no browser that would come that way.
    if (six instanceof Error) expect(six).toMatchObject({ code: expect.stringMatching(/EADDRNOTAVAIL|EAFNOSUPPORT/) });
    else expect(six).toMatchObject({ status: 200 });
  });

  const hold = (host: string, port = 0): Promise<number> =>
    new Promise((resolve, reject) => {
      const server = createServer();
      holders.push(server);
      server.once('error', reject).listen(port, host, () => {
        const address = server.address();
        resolve(typeof address === 'object' && address !== null ? address.port : 0);
      });
    });

  const freePort = async (): Promise<number> => {
    const port = await hold('127.0.0.1');
    await new Promise((done) => holders.pop()?.close(done));
    return port;
  };

  it('is on the first port of the list that is free', async () => {
    const taken = await hold('127.0.0.1');
    const free = await freePort();
    expect((await listening({ ports: [taken, free] })).port).toBe(free);
  });

  it('is refused, with what to do, where all are taken', async () => {
    const taken = await hold('127.0.0.1');
    await expect(listening({ ports: [taken] })).rejects.toMatchObject({
      code: 'misconfigured',
      message: expect.stringContaining(`port ${taken} `),
      advice: expect.stringContaining('redirect.port'),
    });
  });

  it('is on no port that somebody else has on the other localhost', async () => {
    const taken = await hold('::1').catch(() => undefined);
    const free = await freePort();
    // Without IPv6 there is no other localhost, and the free port alone must do.
    const ports = taken === undefined ? [free] : [taken, free];
    expect((await listening({ host: 'localhost', ports })).port).toBe(free);
  });
});

import { afterEach, describe, expect, it } from 'vitest';
import type { LoopbackRedirect } from '../../../core/oauth/loopback-redirect.ts';
import {
  cookiesOf,
  deadlineMs,
  destination,
  goodFromStart,
  iss,
  listening as listen,
  send,
} from '../../support/redirect-scene.ts';

const open: LoopbackRedirect[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((redirect) => redirect.close()));
});

const listening: typeof listen = async (...how) => {
  const it = await listen(...how);
  open.push(it.redirect);
  return it;
};

describe('the start address', () => {
  it('is on the host and port of the redirect URI, and another one for each sign-in', async () => {
    const [one, two] = [await listening(), await listening({ host: 'localhost' })];
    expect(one.redirect.startUrl.href).toMatch(new RegExp(`^http://127\\.0\\.0\\.1:${one.port}/start/[\\w-]{32}$`));
    expect(two.redirect.startUrl.href).toMatch(new RegExp(`^http://localhost:${two.port}/start/[\\w-]{32}$`));
    expect(one.redirect.startUrl.pathname).not.toBe(two.redirect.startUrl.pathname);
  });

  it('leads to the authorization server with a cookie, and keeps no trace', async () => {
    const it = await listening();
    it.clock.advance(60_500);
    const { status, headers, body } = await send(it.port, it.redirect.startUrl.pathname);
    expect({ status, body }).toEqual({ status: 302, body: '' });
    expect(headers).toMatchObject({
      location: destination,
      'cache-control': 'no-store',
      'referrer-policy': 'no-referrer',
    });
    const [forRedirect, forStart] = headers['set-cookie'] ?? [];
    const cookie = /^keytray-[0-9a-f]{24}=[\w-]{32}/.exec(forRedirect ?? '')?.[0];
    expect(forRedirect).toBe(`${cookie}; Path=/callback; Max-Age=239; HttpOnly; SameSite=Lax`);
    // The browser comes back here with the Back button, and sends a cookie only where its path says so.
    expect(forStart).toBe(`${cookie}; Path=${it.redirect.startUrl.pathname}; Max-Age=239; HttpOnly; SameSite=Lax`);
  });

  it('sets its cookie for the root where the redirect URI has no path', async () => {
    const it = await listening({ path: 'none' });
    const { headers } = await send(it.port, it.redirect.startUrl.pathname);
    expect(headers['set-cookie']?.[0]).toContain('; Path=/; ');
  });

  it('is good once, and with the cookie until the deadline', async () => {
    const it = await listening();
    const path = it.redirect.startUrl.pathname;
    const headers = { cookie: cookiesOf(await send(it.port, path)) };
    expect(await send(it.port, path)).toMatchObject({
      status: 404,
      body: expect.stringContaining('begun in another browser or profile'),
    });
    it.clock.advance(deadlineMs - 1_000);
    expect((await send(it.port, path, { headers })).status).toBe(302);
    expect((await send(it.port, path, { headers: { cookie: `${headers.cookie.split('=')[0]}=guess` } })).status).toBe(
      404,
    );
  });

  it.each([
    ['sec-purpose', 'prefetch'],
    ['sec-purpose', 'prefetch;prerender'],
    ['sec-fetch-mode', 'cors'],
    ['sec-fetch-mode', 'no-cors'],
  ])('answers 503 to %s: %s and is still there for the person', async (name, value) => {
    const it = await listening();
    const path = it.redirect.startUrl.pathname;
    const early = await send(it.port, path, { headers: { [name]: value } });
    expect(early.status).toBe(503);
    expect(early.headers).not.toHaveProperty('location');
    expect(early.headers).not.toHaveProperty('set-cookie');
    expect((await send(it.port, path, { headers: { 'sec-fetch-mode': 'navigate' } })).status).toBe(302);
  });

  it.each(['POST', 'HEAD', 'PUT', 'OPTIONS'])('takes no %s', async (method) => {
    const it = await listening();
    const path = it.redirect.startUrl.pathname;
    expect(await send(it.port, path, { method })).toMatchObject({ status: 405, headers: { allow: 'GET' } });
    expect((await send(it.port, path)).status).toBe(302);
  });

  it.each([
    ['another address', (path: string) => `${path}x`],
    ['a guess', () => '/start/'],
    ['an encoded one', (path: string) => path.replace('/start', '/%73tart')],
  ])('is not %s', async (_what, of) => {
    const it = await listening();
    expect(await send(it.port, of(it.redirect.startUrl.pathname))).toMatchObject({
      status: 404,
      body: expect.stringContaining('There is nothing at this address.'),
    });
  });

  it('says nothing under another host name', async () => {
    const it = await listening();
    for (const path of [it.redirect.startUrl.pathname, '/callback?code=c&state=guess']) {
      const { status, body } = await send(it.port, path, { headers: { host: 'evil.example' } });
      expect(status).toBe(404);
      expect(body).not.toContain('Lab');
    }
    expect(it.strayed).toEqual([]);
  });
});

describe('the answer to what was begun at the start address', () => {
  it('counts with the cookie', async () => {
    const it = await listening();
    const headers = { cookie: cookiesOf(await send(it.port, it.redirect.startUrl.pathname)) };
    const page = await send(it.port, `/callback?${goodFromStart}`, { headers });
    expect(page).toMatchObject({ status: 200, body: expect.stringContaining('signed in to Lab as ada') });
    expect(page.headers).not.toHaveProperty('set-cookie');
    expect(it.answers).toMatchObject([{ begunAt: 'start', answer: { kind: 'answer' } }]);
  });

  it.each([
    ['an answer', goodFromStart, 'answer'],
    ['a refusal', `error=access_denied&state=the-state-behind-the-start&iss=${iss}`, 'denied'],
  ])('without the cookie is no end: %s', async (_what, query, kind) => {
    const it = await listening();
    const cookie = cookiesOf(await send(it.port, it.redirect.startUrl.pathname));
    for (const headers of [{}, { cookie: `${cookie.split('=')[0]}=guess` }]) {
      const page = await send(it.port, `/callback?${query}`, { headers });
      expect(page.status).toBe(409);
      expect(page.body).toContain('This sign-in to Lab was begun in another browser or profile.');
      expect(page.headers).not.toHaveProperty('set-cookie');
    }
    expect(it.fromElsewhere.map(({ answer }) => answer.kind)).toEqual([kind, kind]);
    expect([it.answers, it.end()]).toEqual([[], undefined]);
    expect((await send(it.port, `/callback?${goodFromStart}`, { headers: { cookie } })).status).toBe(200);
  });

  it('counts with 40 KiB and with 256 KiB of cookies of other programs', async () => {
    for (const kibibytes of [40, 256]) {
      const it = await listening();
      const own = cookiesOf(await send(it.port, it.redirect.startUrl.pathname));
      const cookie = `other=${'x'.repeat(kibibytes * 1024)}; ${own}`;
      expect((await send(it.port, `/callback?${goodFromStart}`, { headers: { cookie } })).status).toBe(200);
    }
  });
});

describe('what is not the answer', () => {
  it.each([
    ['an error without a state', '/callback?error=access_denied&error_description=run:+curl+evil.example', 'no state'],
    ['an error with another state', '/callback?error=access_denied&state=guess', 'another state'],
    ['a code without a state', '/callback?code=c', 'no state'],
    ['no issuer', '/callback?code=c&state=the-right-state', 'no iss'],
  ])('is told to who waits, in our words, and on its page: %s', async (_what, path, why) => {
    const it = await listening();
    const page = await send(it.port, path);
    expect(page.status).toBe(404);
    expect(page.body).toContain('This is not the answer to the sign-in to Lab.');
    expect(page.body).toContain(why);
    expect(page.body).not.toContain('curl');
    expect([it.strayed, it.answers, it.end()]).toEqual([[why], [], undefined]);
  });

  it('is not worth a word where it looks like no answer', async () => {
    const it = await listening();
    expect((await send(it.port, '/callback')).status).toBe(404);
    expect((await send(it.port, '/favicon.ico?error=x')).status).toBe(404);
    expect(it.strayed).toEqual([]);
  });
});

it('shows the page of a login that ended another way, for half a minute', async () => {
  const it = await listening();
  const headers = { cookie: cookiesOf(await send(it.port, it.redirect.startUrl.pathname)) };
  it.redirect.conclude({ kind: 'signed_in', title: 'Lab', who: 'ada' });
  expect(await send(it.port, `/callback?${goodFromStart}`, { headers })).toMatchObject({ status: 200 });
  expect((await send(it.port, `/callback?${goodFromStart}`)).status).toBe(404);
  expect(it.answers).toEqual([]);
  it.clock.advance(30_000);
  expect(await it.redirect.ended).toBe('answered');
});

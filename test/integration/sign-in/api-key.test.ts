import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { row } from '../../rows/row.ts';
import { caller, failureOf } from '../../support/broker.ts';
import { GrantScene } from '../../support/grant-scene.ts';
import { chunks } from '../../support/helper-call.ts';
import { type ScriptedAnswer, type ScriptedServer, startScriptedServer } from '../../support/scripted-server.ts';

const right = 'the-right-key-0123456789';
let service: ScriptedServer;
let scene: GrantScene;
/** What the service says in place of its own answer. */
let instead: (() => ScriptedAnswer | undefined) | undefined;
let good: ReadonlySet<string>;

const config = (url: string, more = ''): string =>
  `accounts:\n  m2m: { service: gitea, grant: api_key, url: "${url}"${more} }\n`;

/** Calls that wait between tries go on while this runs. */
async function whileTimePasses<T>(work: Promise<T>): Promise<T> {
  let over = false;
  const done = work.finally(() => {
    over = true;
  });
  done.catch(() => undefined);
  for (let turn = 0; !over && turn < 2_000; turn += 1) {
    await new Promise((resolve) => setTimeout(resolve, 2));
    const next = scene.clock.untilNextTimer;
    if (!over && next !== undefined && next <= 5_000) scene.clock.advance(next);
  }
  return await done;
}

const jwt = (claims: object): string =>
  `${[{ alg: 'none' }, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.')}.sig`;

beforeEach(async () => {
  instead = undefined;
  good = new Set([right]);
  service = await startScriptedServer(({ headers }) => {
    if (instead !== undefined) return instead();
    const key = /^Bearer (.*)$/.exec(headers.authorization ?? '')?.[1] ?? '';
    return good.has(key) ? { body: { login: 'ada' } } : { status: 401, body: { message: 'invalid key' } };
  });
  scene = new GrantScene(config(service.url));
  await scene.broker.start();
});

afterEach(async () => {
  await scene.close();
  await service.close();
});

describe('an API key', () => {
  it('is tried at the service before it is kept, and handed out without an end', async () => {
    row('D7');
    expect(await scene.state()).toBe('signed_out/never_signed_in');
    expect((await scene.enter({ api_key: ` ${right}\n` })).state).toBe('succeeded');
    expect(service.requests.map(({ path }) => path)).toEqual(['/api/v1/user']);
    expect(await scene.token()).toEqual({
      access_token: right,
      token_type: 'Bearer',
      expires_in: null,
      expires_at: null,
      authorization: { header: 'Authorization', value: `Bearer ${right}` },
      account: 'm2m',
    });
    expect(await scene.broker.account('m2m')).toMatchObject({ state: 'active', subject: { name: 'ada' } });
    expect(scene.log.lines.join()).not.toContain(right);
  });

  it('that is refused is not stored, and the form stays open', async () => {
    const login = await scene.broker.startLogin('m2m', { user_agent: 'browser' });
    const wrong = scene.broker.finishLogin(login.login_id, { fields: { api_key: 'wrong-key' } });
    expect(await failureOf(wrong)).toMatchObject({
      code: 'access_denied',
      message: 'Gitea or Forgejo (m2m) does not accept the credential: invalid key; nothing was stored',
    });
    expect(await scene.stored()).toBe('{}');
    expect(scene.broker.login(login.login_id).state).toBe('started');
  });

  it('is not stored while the service cannot be reached, unless the person says so', async () => {
    instead = () => undefined;
    expect(await failureOf(whileTimePasses(scene.enter({ api_key: right })))).toMatchObject({
      code: 'temporarily_unavailable',
    });
    expect(service.requests).toHaveLength(3);
    expect(await scene.stored()).toBe('{}');
    await whileTimePasses(scene.enter({ api_key: right }, 'm2m', { unchecked: true }));
    expect(await scene.token()).toMatchObject({ access_token: right });
  });

  it('that replaces another leaves the old one in force until it has passed', async () => {
    await scene.enter({ api_key: right });
    await failureOf(scene.enter({ api_key: 'mistyped' }));
    expect(await scene.token()).toMatchObject({ access_token: right });
    good = new Set(['the-next-key']);
    await scene.enter({ api_key: 'the-next-key' });
    expect(await scene.token()).toMatchObject({ access_token: 'the-next-key' });
    expect(await scene.stored()).not.toContain(right);
  });

  it('is there after a restart, stored once, and nobody is asked', async () => {
    await scene.enter({ api_key: right });
    expect((await scene.stored()).split(right)).toHaveLength(2);
    await scene.restart();
    expect(await scene.token('m2m', { force: true })).toMatchObject({ access_token: right });
    expect(service.requests).toHaveLength(1);
  });

  it('is sent to no other server than the one it was given for', async () => {
    await scene.enter({ api_key: right });
    scene.configure(config('http://127.0.0.1:9'));
    expect(await failureOf(scene.token())).toMatchObject({ code: 'misconfigured', fix: 'renew_sign_in' });
    expect(await scene.broker.test('m2m', {}, caller)).toMatchObject({ ok: false, error: 'misconfigured' });
    scene.configure(config(service.url));
    expect(await scene.token()).toMatchObject({ access_token: right });
  });

  it('is forgotten at sign-out, which says that it stays valid', async () => {
    await scene.enter({ api_key: right });
    expect(await scene.broker.logout('m2m', { revoke: true })).toMatchObject({
      revocation: 'not_asked',
      detail: expect.stringContaining('stays valid'),
    });
    expect(await scene.stored()).toBe('{}');
  });
});

describe('the end of a key', () => {
  const hour = 3_600_000;

  it('is read from the key itself where it is a JWT', async () => {
    const key = jwt({ exp: (scene.clock.now() + 2 * hour) / 1_000 });
    good = new Set([key]);
    await scene.enter({ api_key: key });
    expect(await scene.token()).toMatchObject({ expires_in: 7_200 });
    scene.clock.advance(2 * hour);
    expect(await scene.state()).toBe('login_required/key_expired');
    expect(await failureOf(scene.token())).toMatchObject({ code: 'login_required' });
    expect(service.requests).toHaveLength(1);
  });

  it('is what expires_at says, from the moment it is written', async () => {
    await scene.enter({ api_key: right });
    scene.configure(config(service.url, ', expires_at: 2026-01-01T06:00:00Z'));
    expect(await scene.token()).toMatchObject({ expires_in: 6 * 3_600, expires_at: '2026-01-01T06:00:00.000Z' });
    scene.clock.advance(6 * hour);
    expect(await scene.state()).toBe('login_required/key_expired');
    scene.configure(config(service.url));
    expect(await scene.token()).toMatchObject({ expires_in: null });
  });

  it('is told 14 and 3 days ahead and at the end, each once', async () => {
    scene.configure(config(service.url, ', expires_at: 2026-04-01T12:00:00Z'));
    await scene.enter({ api_key: right });
    const titles = () => scene.notices.shown.map(({ title, body }) => `${title}: ${body.replace(/\d\d:\d\d/, 'TIME')}`);
    const to = (date: string) => {
      const end = Date.parse(date);
      while (scene.clock.now() < end) scene.clock.advance(Math.min(6 * hour, end - scene.clock.now()));
    };
    to('2026-03-17T00:00:00Z');
    expect(titles()).toEqual([]);
    to('2026-03-19T00:00:00Z');
    expect(titles()).toEqual([
      expect.stringMatching(/^Enter a new key for Gitea or Forgejo \(m2m\): The key ends in 1\d days/),
    ]);
    to('2026-03-30T00:00:00Z');
    expect(titles()).toHaveLength(2);
    to('2026-04-01T13:00:00Z');
    expect(titles()).toHaveLength(3);
    expect(titles()[2]).toMatch(/The key has ended\./);
    expect(await scene.state()).toBe('login_required/key_expired');
  });

  it('of a key that lives a day is not told ahead', async () => {
    scene.configure(config(service.url, ', expires_at: 2026-01-02T00:00:00Z'));
    await scene.enter({ api_key: right });
    scene.clock.advance(23 * hour);
    expect(scene.notices.shown).toEqual([]);
  });

  it('that has passed already is told before the service is asked', async () => {
    const key = jwt({ exp: scene.clock.now() / 1_000 - 60 });
    expect(await failureOf(scene.enter({ api_key: key }))).toMatchObject({
      code: 'access_denied',
      message: 'the key ended on 2025-12-31; nothing was stored',
    });
    expect(service.requests).toHaveLength(0);
  });
});

describe('a key its service refuses later', () => {
  const check = () => scene.broker.test('m2m', {}, caller);

  it('is given up when it is refused twice, the second time to ourselves, and stays stored', async () => {
    await scene.enter({ api_key: right });
    good = new Set();
    expect(await check()).toMatchObject({ ok: false, error: 'access_denied' });
    expect(await scene.state()).toBe('degraded/key_refused');
    expect(await scene.token()).toMatchObject({ access_token: right });
    scene.clock.advance(2_100);
    await expect.poll(() => scene.state()).toBe('login_required/key_refused');
    expect(service.requests).toHaveLength(3);
    expect(await failureOf(scene.token())).toMatchObject({ code: 'login_required' });
    expect(await scene.stored()).toContain(right);
    await scene.restart();
    expect(await scene.state()).toBe('login_required/key_refused');
  });

  it('is kept where the certificate of the service is not verified: anybody on the way could have said so', async () => {
    scene.configure(config(service.url, ', environment: dev, tls: { verify: false }'));
    await scene.enter({ api_key: right });
    good = new Set();
    expect(await check()).toMatchObject({ ok: false, error: 'access_denied' });
    expect(await scene.state()).toBe('active');
  });

  it('is kept where the second answer is another', async () => {
    await scene.enter({ api_key: right });
    good = new Set();
    await check();
    good = new Set([right]);
    scene.clock.advance(2_100);
    await expect.poll(() => scene.state()).toBe('active');
  });

  it.each<[string, ScriptedAnswer]>([
    ['403', { status: 403, body: { message: 'not for you' } }],
    ['an unknown project', { status: 404, body: { message: 'no such project' } }],
    ['a 401 of somebody in between', { status: 401, body: '<html>sign in</html>' }],
    ['a page of a network', { status: 302, headers: { location: 'http://portal.example/' } }],
  ])('is kept after %s', async (_what, answer) => {
    await scene.enter({ api_key: right });
    instead = () => answer;
    for (const _time of [1, 2, 3]) {
      expect(await whileTimePasses(check())).toMatchObject({ ok: false });
      scene.clock.advance(5_000);
    }
    expect(await scene.state()).toBe('active');
    expect(await scene.token()).toMatchObject({ access_token: right });
  });

  it('asks for a check when a tool says that it was refused, once a minute', async () => {
    const host = new URL(service.url).host;
    scene.configure(config(service.url, `, git: ["${host}"]`));
    await scene.enter({ api_key: right });
    const said = `protocol=http\nhost=${host}\nusername=oauth2\npassword=${right}\n\n`;
    const erase = async () => {
      const gone = { operation: 'erase', argv: ['erase'], env: {}, cwd: '/', parents: [], stdin: chunks(said) };
      const quiet = { stdout: () => undefined, stderr: () => undefined, become: () => undefined };
      await scene.broker.helper('git', { ...gone, ...quiet, signal: caller.signal }, caller);
    };
    await erase();
    await erase();
    expect(service.requests).toHaveLength(2);
    expect(await scene.state()).toBe('active');
  });

  it('is shown as waiting while the service asks to be left alone, and nobody else is kept waiting', async () => {
    row('D20');
    await scene.enter({ api_key: right });
    instead = () => ({ status: 429, headers: { 'retry-after': '90' }, body: { message: 'slow down' } });
    expect(await check()).toMatchObject({ ok: false, error: 'temporarily_unavailable', retry_after: 90 });
    expect(await scene.state()).toBe('degraded/rate_limited');
    expect(await check()).toMatchObject({ ok: false, retry_after: 90 });
    expect(service.requests).toHaveLength(2);
    expect(await scene.token()).toMatchObject({ access_token: right });
    scene.clock.advance(90_000);
    expect(await scene.state()).toBe('active');
  });

  it('is asked about again after a day, however long the service wants to be left alone', async () => {
    await scene.enter({ api_key: right });
    instead = () => ({ status: 429, headers: { 'retry-after': '999999999999' } });
    await check();
    expect(await scene.state()).toBe('degraded/rate_limited');
    instead = undefined;
    scene.clock.advance(24 * 3_600_000);
    expect(await scene.state()).toBe('active');
    expect(await check()).toMatchObject({ ok: true });
  });
});

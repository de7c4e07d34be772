import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { row } from '../../rows/row.ts';
import { failureOf } from '../../support/broker.ts';
import { GrantScene } from '../../support/grant-scene.ts';
import { type ScriptedAnswer, type ScriptedServer, startScriptedServer } from '../../support/scripted-server.ts';

const right = 'the-right-secret';
let server: ScriptedServer;
let scene: GrantScene;
let issued: number;
/** What the server says in place of its own answer. */
let instead: (() => ScriptedAnswer | undefined | Promise<ScriptedAnswer | undefined>) | undefined;
let secret: string;
let lifetime: number | undefined;

const config = (url: string, more = ''): string =>
  `accounts:\n  m2m: { service: oauth, grant: client_credentials, client_id: robot, token_endpoint: "${url}/token", audience: athena-live${more} }\n`;

beforeEach(async () => {
  issued = 0;
  secret = right;
  lifetime = 86_400;
  instead = undefined;
  server = await startScriptedServer(async ({ form }) => {
    if (instead !== undefined) return await instead();
    if (form.client_secret !== secret) {
      return { status: 401, body: { error: 'access_denied', error_description: 'Unauthorized' } };
    }
    issued += 1;
    return {
      body: { access_token: `token-${form.audience}-${issued}`, token_type: 'Bearer', expires_in: lifetime },
    };
  });
  scene = new GrantScene(config(server.url));
  await scene.broker.start();
});

afterEach(async () => {
  await scene.close();
  await server.close();
});

describe('a client secret', () => {
  it('is asked for by name, and its token request is the try', async () => {
    expect(await scene.state()).toBe('signed_out/never_signed_in');
    const login = await scene.broker.startLogin('m2m', { user_agent: 'browser' });
    expect(login).toMatchObject({
      state: 'started',
      input: { fields: [{ name: 'client_secret', title: 'Client secret' }] },
    });
    const ended = await scene.broker.finishLogin(login.login_id, { fields: { client_secret: `  ${right}\n` } });
    expect(ended.state).toBe('succeeded');
    expect(await scene.token()).toMatchObject({ access_token: 'token-athena-live-1', expires_in: 86_400 });
    expect(server.requests).toHaveLength(1);
    expect(server.requests[0]?.form).toMatchObject({ grant_type: 'client_credentials', client_id: 'robot' });
  });

  it('that is refused is not stored, and the login stays open for another try', async () => {
    const login = await scene.broker.startLogin('m2m', { user_agent: 'browser' });
    const wrong = scene.broker.finishLogin(login.login_id, { fields: { client_secret: 'wrong-secret' } });
    expect(await failureOf(wrong)).toMatchObject({ code: 'access_denied', account: 'm2m' });
    expect(await scene.stored()).toBe('{}');
    await scene.broker.finishLogin(login.login_id, { fields: { client_secret: right } });
    expect(await scene.state()).toBe('active');
    expect(scene.log.lines.join()).not.toContain('wrong-secret');
  });

  it.each<[string, Readonly<Record<string, string>>]>([
    ['missing', {}],
    ['empty', { client_secret: ' ' }],
    ['of another name', { client_secret: right, api_key: 'x' }],
    ['of characters no key has', { client_secret: 'sécret' }],
  ])('is an invalid request where it is %s, and asks nobody', async (_what, fields) => {
    const login = await scene.broker.startLogin('m2m', { user_agent: 'browser' });
    const failure = await failureOf(scene.broker.finishLogin(login.login_id, { fields: { ...fields } }));
    expect(failure).toMatchObject({ code: 'invalid_request', loginId: login.login_id });
    expect(server.requests).toHaveLength(0);
    expect(scene.broker.login(login.login_id).state).toBe('started');
  });

  it('with a wrong audience is told by that name', async () => {
    instead = () => ({ status: 403, body: { error: 'access_denied', error_description: 'Service not enabled' } });
    expect(await failureOf(scene.enter({ client_secret: right }))).toMatchObject({
      code: 'misconfigured',
      message: expect.stringContaining('the audience athena-live'),
    });
    expect(await scene.stored()).toBe('{}');
  });

  it('is not stored while nobody can be asked, unless the person says so', async () => {
    instead = () => undefined;
    expect(await failureOf(scene.enter({ client_secret: right }))).toMatchObject({ code: 'temporarily_unavailable' });
    expect(await scene.stored()).toBe('{}');
    await scene.enter({ client_secret: right }, 'm2m', { unchecked: true });
    expect(await scene.stored()).toContain(right);
    instead = undefined;
    expect(await scene.token()).toMatchObject({ access_token: 'token-athena-live-1' });
  });

  it('that replaces another leaves the old one in force until it has passed', async () => {
    row('A9');
    await scene.enter({ client_secret: right });
    expect(await failureOf(scene.enter({ client_secret: 'mistyped' }))).toMatchObject({ code: 'access_denied' });
    expect(await scene.stored()).toContain(right);
    expect(await scene.token('m2m', { force: true })).toMatchObject({ access_token: 'token-athena-live-2' });
    secret = 'the-next-secret';
    await scene.enter({ client_secret: secret });
    expect(await scene.stored()).not.toContain(right);
    expect(await scene.token()).toMatchObject({ access_token: 'token-athena-live-3' });
  });

  it('can be set without a try, as that of a sign-in', async () => {
    const { Secret } = await import('../../../core/secret.ts');
    await scene.broker.setClientSecret('m2m', new Secret(right));
    expect(await scene.state()).toBe('active');
    expect(await scene.token()).toMatchObject({ access_token: 'token-athena-live-1' });
  });

  it('that is set is for the servers the configuration names then', async () => {
    const other = await startScriptedServer(() => ({ body: { access_token: 't', token_type: 'Bearer' } }));
    const { Secret } = await import('../../../core/secret.ts');
    await scene.broker.setClientSecret('m2m', new Secret(right));
    scene.configure(config(other.url));
    expect(await failureOf(scene.token())).toMatchObject({ code: 'misconfigured', fix: 'renew_sign_in' });
    expect(other.requests).toEqual([]);
    await scene.broker.setClientSecret('m2m', new Secret('that-of-the-other'));
    expect(await scene.token()).toMatchObject({ access_token: 't' });
    expect(other.requests[0]?.form).toMatchObject({ client_secret: 'that-of-the-other' });
    await other.close();
  });

  it('is forgotten with the sign-in, which says what stays valid', async () => {
    await scene.enter({ client_secret: right });
    expect(await scene.broker.logout('m2m', { revoke: true })).toMatchObject({
      detail: expect.stringContaining('the client secret stays valid'),
    });
    expect(await scene.stored()).toBe('{}');
    expect(await scene.state()).toBe('signed_out/signed_out');
  });

  it('is sent to no other server than the one it was given for', async () => {
    const other = await startScriptedServer(() => ({ body: { access_token: 't', token_type: 'Bearer' } }));
    await scene.enter({ client_secret: right });
    scene.configure(config(other.url));
    expect(await failureOf(scene.token())).toMatchObject({ code: 'misconfigured', fix: 'renew_sign_in' });
    expect(await scene.state()).toBe('degraded/misconfigured');
    await scene.restart();
    expect(await failureOf(scene.token('m2m', { force: true }))).toMatchObject({ code: 'misconfigured' });
    expect(other.requests).toEqual([]);
    await scene.enter({ client_secret: right });
    expect(await scene.token()).toMatchObject({ access_token: 't' });
    await other.close();
  });
});

describe('its token', () => {
  beforeEach(async () => {
    await scene.enter({ client_secret: right });
  });

  it('is not asked for again after a restart', async () => {
    await scene.restart();
    expect(await scene.token()).toMatchObject({ access_token: 'token-athena-live-1' });
    expect(issued).toBe(1);
  });

  it('is asked for once by all who wait, when it has ended', async () => {
    scene.clock.advance(86_400_000);
    const { promise, resolve } = Promise.withResolvers<undefined>();
    instead = async () => {
      await promise;
      issued += 1;
      return { body: { access_token: 'slow', token_type: 'Bearer', expires_in: 60 } };
    };
    const asked = Array.from({ length: 200 }, () => scene.token());
    resolve(undefined);
    expect(new Set((await Promise.all(asked)).map(({ access_token }) => access_token))).toEqual(new Set(['slow']));
    expect(issued).toBe(2);
  });

  it('is asked for ahead of time by 5 % of its life while it is used, and not at all while it is not', async () => {
    scene.clock.advance(86_400_000 - 5_000_000);
    await scene.token();
    const due = async (): Promise<string | undefined> => (await scene.broker.account('m2m')).next_refresh;
    const end = Date.parse((await scene.broker.account('m2m')).expires_at ?? '');
    const ahead = (end - Date.parse((await due()) ?? '')) / 1_000;
    expect(ahead).toBeGreaterThan(86_400 * 0.05 * 0.9 - 2);
    expect(ahead).toBeLessThan(86_400 * 0.05 * 1.1 + 2);
    scene.clock.advance(3 * 86_400_000);
    expect(await due()).toBeUndefined();
    expect(issued).toBe(1);
  });

  it('for another audience is had beside it', async () => {
    expect(await scene.token('m2m', { audience: 'athena-dev' })).toMatchObject({ access_token: 'token-athena-dev-2' });
    expect(await scene.token()).toMatchObject({ access_token: 'token-athena-live-1' });
  });

  it('is served to its end while the secret is refused, and then the configuration is at fault, never the sign-in', async () => {
    secret = 'rotated-at-the-server';
    scene.clock.advance(86_400_000 - 10_000);
    expect(await scene.token()).toMatchObject({ access_token: 'token-athena-live-1' });
    expect(await scene.state()).toBe('degraded/misconfigured');
    scene.clock.advance(20_000);
    for (let round = 0; round < 3; round += 1) {
      expect(await failureOf(scene.token())).toMatchObject({ code: 'misconfigured', account: 'm2m' });
      expect(await scene.state()).toBe('degraded/misconfigured');
      scene.clock.advance(3_600_000);
    }
    await scene.enter({ client_secret: secret });
    expect(await scene.state()).toBe('active');
  });

  it('is temporarily unavailable where the server is', async () => {
    scene.clock.advance(86_400_000);
    instead = () => undefined;
    expect(await failureOf(scene.token())).toMatchObject({ code: 'temporarily_unavailable' });
    expect(await scene.state()).toBe('degraded/unreachable');
    instead = undefined;
    expect(await scene.token('m2m', { force: true })).toMatchObject({ access_token: 'token-athena-live-2' });
  });

  it('without an end is promised none, and asked for again after an hour', async () => {
    lifetime = undefined;
    expect((await scene.token('m2m', { force: true })).expires_in).toBeNull();
    scene.clock.advance(3_601_000);
    expect(await scene.token()).toMatchObject({ access_token: 'token-athena-live-3' });
  });
});

import type { IncomingMessage } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { caller, failureOf } from '../../support/broker.ts';
import { ConnectScene } from '../../support/connect-scene.ts';
import { type Connect, startConnect } from '../../support/vendors/quilt/connect.ts';

const account = 'quilt@acme';
let scene: ConnectScene;
beforeEach(async () => {
  scene = await ConnectScene.start();
});
afterEach(async () => await scene.close());

describe('an account of Quilt at a Connect server', () => {
  it('is signed in to with a client that its sign-in registers', async () => {
    await scene.signIn();
    expect(scene.at('registration')).toHaveLength(1);
    const { resource } = scene.quilt.connect;
    expect(scene.at('authorization_code')).toEqual([
      { route: 'authorization_code', client: scene.lastClient, resource },
    ]);
    expect(scene.at('pushed_authorization_request')).toMatchObject([{ client: scene.lastClient, resource }]);
    expect(scene.at('registration')[0]?.redirectUris).toEqual([
      expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/callback$/),
    ]);
    expect(await scene.record()).toMatchObject({
      client_id: scene.lastClient,
      client_registered: true,
      issuer: scene.quilt.connect.issuer,
      identity: { subject: 'kim' },
    });
  });

  it('hands out tokens for the registry that the catalog names', async () => {
    await scene.signIn();
    expect(await scene.grants.token(account)).toMatchObject({ service_url: scene.quilt.url });
    expect(await scene.grants.broker.test(account, {}, caller)).toMatchObject({ ok: true, who: 'kim@example.com' });
  });

  it('is renewed as the same client, also after a restart', async () => {
    await scene.signIn();
    const before = await scene.grants.token(account);
    await scene.grants.restart();
    expect((await scene.renewed()).access_token).not.toBe(before.access_token);
    await scene.grants.restart();
    await scene.renewed();
    expect(scene.at('registration')).toHaveLength(1);
    const { resource } = scene.quilt.connect;
    expect(scene.at('refresh_token')).toMatchObject([
      { client: scene.lastClient, resource },
      { client: scene.lastClient, resource },
    ]);
  });

  it('is signed out of as the same client, which revokes', async () => {
    await scene.signIn();
    const tokens = await scene.tokens();
    await scene.grants.restart();
    expect(await scene.grants.broker.logout(account, { revoke: true })).toMatchObject({ revocation: 'revoked' });
    expect(await Promise.all(tokens.map((token) => scene.quilt.connect.isRevoked(token)))).toEqual([true, true]);
    expect(new Set(scene.at('revocation').map(({ client }) => client))).toEqual(new Set([scene.lastClient]));
  });

  it('shares no client, and so no grant, with another account of the same person', async () => {
    scene.configure(scene.config(), scene.config({ id: 'quilt@other' }));
    await scene.signIn();
    await scene.signIn('quilt@other');
    expect(new Set(scene.at('registration').map(({ client }) => client)).size).toBe(2);
    expect(await scene.grants.broker.logout(account, { revoke: true })).toMatchObject({ revocation: 'revoked' });
    await scene.renewed('quilt@other');
  });

  it('sends the browser off as that client, to come back to exactly what it registered', async () => {
    const { issuer, resource } = scene.quilt.connect;
    // This metadata offers no requests that are sent ahead.
    scene.registersAt(`${issuer}/auth/register`);
    const { searchParams } = new URL((await scene.begin()).authorization_url ?? '');
    expect(Object.fromEntries(searchParams)).toMatchObject({
      ...{ client_id: scene.lastClient, resource, code_challenge_method: 'S256' },
      redirect_uri: scene.at('registration')[0]?.redirectUris?.[0],
    });
  });

  it('registers once, however many ask for its sign-in', async () => {
    const { broker } = scene.grants;
    await Promise.all([broker.startLogin(account, { user_agent: 'browser' }), scene.begin(), scene.begin()]);
    await scene.signIn();
    expect(scene.at('registration')).toHaveLength(1);
    expect(await scene.record()).toMatchObject({ client_id: scene.lastClient });
  });

  it('registers again at its next sign-in', async () => {
    await scene.signIn();
    const first = scene.lastClient;
    await scene.signIn();
    expect(scene.lastClient).not.toBe(first);
    expect(await scene.record()).toMatchObject({ client_id: scene.lastClient });
    await scene.renewed();
    expect(scene.at('refresh_token').at(-1)).toMatchObject({ client: scene.lastClient });
  });

  it('whose client the server has cleared away asks for a sign-in, which helps', async () => {
    await scene.signIn();
    scene.answers('/auth/token', 401, { error: 'invalid_client' });
    expect(await failureOf(scene.renewed())).toMatchObject({
      code: 'misconfigured',
      message: 'the server no longer knows the client that was registered for this sign-in',
      advice: 'Sign in again: that registers another client.',
    });
    expect(await scene.grants.broker.account(account)).toMatchObject({ state: 'degraded', reason: 'misconfigured' });
    scene.recovers();
    await scene.signIn();
    expect(scene.at('registration')).toHaveLength(2);
    await scene.renewed();
  });

  it('offers no code: that is for another kind of client', async () => {
    expect(await failureOf(scene.grants.broker.startLogin(account, { user_agent: 'device' }))).toMatchObject({
      code: 'invalid_request',
      message: 'Quilt (acme) offers no sign-in with a code',
    });
    expect(scene.at('registration')).toEqual([]);
  });
});

describe('a registered client', () => {
  let other: Connect;
  let asked: string[];
  beforeEach(async () => {
    asked = [];
    const note = (request: IncomingMessage): boolean => {
      asked.push(`${request.method} ${request.url}`);
      return false;
    };
    other = await startConnect({ instead: note });
  });
  afterEach(async () => await other.close());

  it('is not used at another issuer, nor are its tokens', async () => {
    await scene.signIn();
    const tokens = await scene.tokens();
    scene.configure(scene.config({ issuer: other.issuer }));
    expect(await scene.grants.state(account)).toBe('login_required/registration_changed');
    expect(await failureOf(scene.grants.token(account))).toMatchObject({ code: 'login_required' });
    expect(await scene.grants.broker.logout(account, { revoke: true })).toMatchObject({ revocation: 'failed' });
    expect(asked.filter((line) => line.startsWith('POST'))).toEqual([]);
    expect(await Promise.all(tokens.map((token) => scene.quilt.connect.isRevoked(token)))).toEqual([false, false]);
  });

  it('gives way to another one at another issuer', async () => {
    await scene.signIn();
    scene.configure(scene.config({ issuer: other.issuer }));
    await scene.signIn();
    expect(asked).toContain('POST /auth/register');
    expect(await scene.record()).toMatchObject({
      issuer: other.issuer,
      client_id: expect.not.stringMatching(scene.lastClient),
    });
  });

  it('is not the client that a person names', async () => {
    await scene.signIn();
    scene.configure(scene.config({ more: '    client_id: by-hand\n' }));
    expect(await scene.grants.state(account)).toBe('login_required/registration_changed');
    scene.configure(scene.config());
    expect(await scene.grants.state(account)).toBe('active');
  });
});

import { createServer } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type FaultScene, labOnDemand, minute, second, startFaultScene } from '../../support/fault-scene.ts';
import { first, silent } from '../../support/faulty-server.ts';
import { startScriptedServer } from '../../support/scripted-server.ts';
import { listening, startSecureServer } from '../oauth/secure-server.ts';

const expired = 3_601 * second;

describe('where nothing can be sent', () => {
  let scene: FaultScene;
  let tries: number;
  const leadTo = (place: string): void => {
    scene.http.detour = (url) => {
      tries += 1;
      return new URL(url.pathname, place);
    };
  };

  beforeEach(async () => {
    scene = await startFaultScene({ config: labOnDemand });
    tries = 0;
  });
  afterEach(() => scene.close());

  const holds = async (): Promise<void> => {
    await scene.pass(expired);
    expect(await scene.ask()).toEqual({ code: 'temporarily_unavailable', retryAfter: 1 });
    // Not heard by anybody, so not repeated at once.
    expect(tries).toBe(1);
    expect(await scene.ask()).toMatchObject({ code: 'temporarily_unavailable' });
    expect(tries).toBe(1);
    await scene.pass(second);
    expect(await scene.ask()).toEqual({ code: 'temporarily_unavailable', retryAfter: 2 });
    expect(tries).toBe(2);
    expect(await scene.state()).toBe('degraded/unreachable');
    expect([await scene.openLogins(), scene.notices.shown]).toEqual([[], []]);
    scene.http.detour = undefined;
    await scene.pass(2 * second);
    expect(await scene.ask()).toMatchObject({ token: scene.server.issued.at(-1)?.access, expiresIn: 3_600 });
    expect(scene.server.presented).toHaveLength(1);
  };

  it('no name is found, the token is kept', async () => {
    leadTo('https://no-such-host.invalid');
    await holds();
  });

  it('nobody listens, the token is kept', async () => {
    const gone = await listening(createServer());
    await gone.close();
    leadTo(`http://127.0.0.1:${gone.port}`);
    await holds();
  });

  it('the certificate is somebody else’s, the token is kept', async () => {
    const other = await startSecureServer();
    leadTo(other.url);
    await holds();
    await other.close();
  });

  it('the connection ends in the handshake, the token is kept', async () => {
    const rude = await listening(createServer((socket) => socket.destroy()));
    leadTo(`https://127.0.0.1:${rude.port}`);
    await holds();
    await rude.close();
  });
});

describe('a server that does not answer', () => {
  let scene: FaultScene;
  beforeEach(async () => {
    scene = await startFaultScene({ config: labOnDemand, http: { timeouts: { connect: 2_000, reply: 500 } } });
    await scene.pass(expired);
  });
  afterEach(() => scene.close());

  it('is asked again at once, and then not for a while', async () => {
    scene.server.rotates = false;
    scene.server.fault = silent;
    expect(await scene.ask()).toMatchObject({ code: 'temporarily_unavailable' });
    expect(scene.server.presented).toHaveLength(2);
    await scene.ask();
    expect(scene.server.presented).toHaveLength(2);
  });

  it('costs nothing where a second use is forgiven', async () => {
    scene.server.grace = true;
    scene.server.fault = first(silent);
    expect(await scene.ask()).toMatchObject({ token: scene.server.issued.at(-1)?.access });
    expect(new Set(scene.server.presented).size).toBe(1);
    expect(await scene.state()).toBe('active');
  });
});

it('metadata that is rationed is not asked for again before its Retry-After', async () => {
  const scene = await startFaultScene({
    config: ({ issuer }) =>
      `accounts: { lab: { service: oidc, issuer: '${issuer}', client_id: keytray, refresh: on-demand } }`,
  });
  const rationing = await startScriptedServer(() => ({ status: 429, headers: { 'retry-after': '900' } }));
  scene.http.detour = (url) => new URL(url.pathname, rationing.url);
  await scene.pass(expired);
  expect(await scene.ask()).toEqual({ code: 'temporarily_unavailable', retryAfter: 900 });
  await scene.pass(14 * minute);
  expect(await scene.ask({ force: true })).toEqual({ code: 'temporarily_unavailable', retryAfter: 60 });
  expect(rationing.requests).toHaveLength(1);
  scene.http.detour = undefined;
  await scene.pass(minute);
  expect(await scene.ask()).toMatchObject({ token: scene.server.issued.at(-1)?.access });
  await Promise.all([scene.close(), rationing.close()]);
});

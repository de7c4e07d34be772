import { afterEach, describe, expect, it } from 'vitest';
import { type FaultScene, hour, signedInRecord, startFaultScene } from '../../support/fault-scene.ts';
import { type RotatingServer, startRotatingServer } from '../../support/rotating-server.ts';
import { type ScriptedServer, startScriptedServer } from '../../support/scripted-server.ts';

let scene: FaultScene;
let other: RotatingServer | undefined;
let issuer: ScriptedServer | undefined;
afterEach(async () => {
  await scene.close();
  await other?.close();
  await issuer?.close();
  other = issuer = undefined;
});

const endpointsAt = ({ issuer: url }: RotatingServer): string =>
  `authorization_endpoint: '${url}/authorize', token_endpoint: '${url}/token', revocation_endpoint: '${url}/revoke'`;
const byHand = (server: RotatingServer, more = ''): string =>
  `accounts: { lab: { service: oauth, client_id: keytray, ${endpointsAt(server)}, ${more} refresh: on-demand } }`;
const logout = () => scene.broker.logout('lab', { revoke: true });

describe('the tokens of a server whose endpoints were changed in the configuration', () => {
  it.each([
    ['by hand alone', ''],
    ['beside the same issuer', "issuer: 'https://login.example',"],
  ])('are neither sent to the new one nor handed out (%s)', async (_how, more) => {
    other = await startRotatingServer();
    const named = more === '' ? undefined : 'https://login.example';
    scene = await startFaultScene({
      config: (server) => byHand(server, more),
      records: (server, clock) => ({ lab: signedInRecord(server, clock, { issuer: named }) }),
    });
    expect(await scene.ask()).toHaveProperty('token');

    scene.configure(byHand(other, more));
    expect(await scene.broker.account('lab')).toMatchObject({
      state: 'login_required',
      reason: 'registration_changed',
    });
    expect(await scene.ask()).toMatchObject({ code: 'login_required' });
    expect(await scene.ask({ force: true })).toMatchObject({ code: 'login_required' });
    expect(await logout()).toMatchObject({
      revocation: 'failed',
      detail: expect.stringContaining(new URL(scene.server.issuer).host),
    });
    expect([other.presented, other.revoked]).toEqual([[], []]);
    expect(scene.server.revoked).toEqual([]);
  });

  it('are served again once the old endpoints are back', async () => {
    other = await startRotatingServer();
    scene = await startFaultScene({
      config: (server) => byHand(server),
      records: (server, clock) => ({ lab: signedInRecord(server, clock, { issuer: undefined }) }),
    });
    scene.configure(byHand(other));
    await scene.ask();
    scene.configure(byHand(scene.server));
    expect(await scene.ask({ force: true })).toHaveProperty('token');
    expect(await logout()).toMatchObject({ revocation: 'revoked' });
  });

  it('are not handed out where a single endpoint lies elsewhere', async () => {
    other = await startRotatingServer();
    scene = await startFaultScene({
      config: (server) => byHand(server),
      records: (server, clock) => ({ lab: signedInRecord(server, clock, { issuer: undefined }) }),
    });
    scene.configure(
      byHand(scene.server).replace(/revocation_endpoint: '[^']*'/, `revocation_endpoint: '${other.issuer}/revoke'`),
    );
    expect(await scene.ask()).toMatchObject({ code: 'login_required' });
    await logout();
    expect(other.revoked).toEqual([]);
  });
});

describe('the tokens of a server whose metadata names other endpoints than at the sign-in', () => {
  const metadataOf = (server: RotatingServer) => ({
    issuer: issuer?.url,
    authorization_endpoint: `${server.issuer}/authorize`,
    token_endpoint: `${server.issuer}/token`,
    revocation_endpoint: `${server.issuer}/revoke`,
  });
  const start = async (): Promise<{ readonly next: RotatingServer }> => {
    const found = await startScriptedServer(() => ({ body: metadataOf(scene.server) }));
    const next = await startRotatingServer();
    issuer = found;
    other = next;
    scene = await startFaultScene({
      config: () =>
        `accounts: { lab: { service: oidc, issuer: '${found.url}', client_id: keytray, refresh: on-demand } }`,
      records: (server, clock) => ({ lab: signedInRecord(server, clock, { issuer: found.url, endpoints: undefined }) }),
    });
    expect(await scene.ask({ force: true })).toHaveProperty('token');
    found.script = () => ({ body: metadataOf(next) });
    return { next };
  };
  const hosts = (server: RotatingServer): string => new URL(server.issuer).host;

  it('go on to where they were issued, and the notice names both hosts', async () => {
    const { next } = await start();
    await scene.pass(2 * hour);
    expect(await scene.ask({ force: true })).toHaveProperty('token');
    expect(scene.server.presented).toHaveLength(2);
    const notice = scene.notices.shown.at(-1);
    expect(notice?.body).toContain(hosts(scene.server));
    expect(notice?.body).toContain(hosts(next));
    expect(await logout()).toMatchObject({ revocation: 'revoked' });
    expect([next.presented, next.revoked]).toEqual([[], []]);
  });

  it('need one new sign-in once the old host has gone', async () => {
    const { next } = await start();
    await scene.server.close();
    await scene.pass(2 * hour);
    expect(await scene.ask()).toMatchObject({ code: 'login_required' });
    expect(await scene.broker.account('lab')).toMatchObject({
      state: 'login_required',
      reason: 'registration_changed',
      reason_description: expect.stringContaining(hosts(next)),
    });
    expect([next.presented, next.revoked]).toEqual([[], []]);
  });
});

describe('a record that was written before its endpoints were', () => {
  const old = { issuer: undefined, endpoints: undefined };

  it('is completed at the first read, and held against every later configuration', async () => {
    other = await startRotatingServer();
    const at = (server: RotatingServer) =>
      `accounts: { lab: { service: github, client_id: keytray, ${endpointsAt(server)} } }`;
    scene = await startFaultScene({
      config: at,
      records: (server, clock) => ({ lab: signedInRecord(server, clock, old) }),
    });
    expect(await scene.broker.account('lab')).toMatchObject({ state: 'active' });
    scene.configure(at(other));
    expect(await scene.broker.account('lab')).toMatchObject({ reason: 'registration_changed' });
  });

  it('is served until its token ends where only the person names the endpoints, and is sent nowhere', async () => {
    scene = await startFaultScene({
      config: (server) => byHand(server),
      records: (server, clock) => ({ lab: signedInRecord(server, clock, old) }),
    });
    expect(await scene.ask()).toHaveProperty('token');
    await scene.pass(2 * hour);
    expect(await scene.ask()).toMatchObject({ code: 'login_required' });
    expect(await scene.broker.account('lab')).toMatchObject({ state: 'login_required' });
    expect(await logout()).toMatchObject({ revocation: 'failed' });
    expect([scene.server.presented, scene.server.revoked]).toEqual([[], []]);
  });
});

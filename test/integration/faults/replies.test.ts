import { afterEach, describe, expect, it } from 'vitest';
import { type FaultScene, type FaultSceneOptions, minute, second, startFaultScene } from '../../support/fault-scene.ts';
import { createIdTokens } from '../../support/id-tokens.ts';

describe('a server', () => {
  let scene: FaultScene;
  const start = async (options?: FaultSceneOptions): Promise<void> => {
    scene = await startFaultScene(options);
  };
  afterEach(() => scene.close());

  it('that gives no lifetime is taken to mean an hour, and nothing is promised', async () => {
    await start({ lifetime: undefined });
    expect(await scene.ask()).toMatchObject({ expiresIn: undefined });
    expect((await scene.view()).expires_at).toBeUndefined();
    expect(await scene.pass(44 * minute - 90 * second)).toBe(0);
    expect(await scene.pass(4 * minute)).toBe(1);
    expect(await scene.ask()).toEqual({ token: scene.server.issued.at(-1)?.access, expiresIn: undefined });
  });

  it.each([1, 2, 5])(
    'whose tokens live %i seconds is asked once per call that needs it, and never unasked',
    async (lifetime) => {
      await start({ lifetime });
      expect(await scene.ask()).toMatchObject({ expiresIn: lifetime });
      expect(await scene.pass(10 * minute)).toBe(0);
      for (let asked = 1; asked <= 3; asked += 1) {
        expect(await scene.ask()).toEqual({ token: scene.server.issued.at(-1)?.access, expiresIn: lifetime });
        expect(scene.server.presented).toHaveLength(asked);
        await scene.pass(lifetime * second);
      }
      expect(await scene.state()).toBe('active');
    },
  );

  it('whose tokens live 30 seconds is asked twice a minute while they are used', async () => {
    await start({ lifetime: 30 });
    await scene.ask();
    const asked = await scene.pass(10 * minute);
    expect(asked).toBeGreaterThanOrEqual(38);
    expect(asked).toBeLessThanOrEqual(40);
  });

  it('that gives no new refresh token is paid with the old one for good', async () => {
    await start();
    scene.server.rotates = false;
    for (let times = 0; times < 5; times += 1) {
      await scene.pass(61 * minute);
      expect(await scene.ask()).toHaveProperty('token');
    }
    expect(new Set(scene.server.presented).size).toBe(1);
  });

  it.each([3_600, -3_600])('whose clock is %i seconds off signs in and refreshes', async (offset) => {
    await start({ server: { idTokens: createIdTokens() }, records: () => ({}), config: withOpenId });
    scene.server.dateOffset = offset;
    scene.server.idTokenOffset = offset;
    expect(await scene.signIn()).toMatchObject({ state: 'succeeded', subject: { subject: 'ada' } });
    await scene.pass(2 * second);
    expect(await scene.ask()).toEqual({ token: scene.server.issued.at(-1)?.access, expiresIn: 3_600 });
    const idToken = await scene.ask({ token: 'id' });
    expect(idToken).toMatchObject({ token: expect.stringMatching(/^[^.]+\.[^.]+\.[^.]+$/) });
    expect('expiresIn' in idToken && Math.abs((idToken.expiresIn ?? 0) - 600)).toBeLessThan(10);
    const { state, clock_skew: skew } = await scene.view();
    expect(state).toBe('active');
    expect(Math.abs((skew ?? 0) - offset)).toBeLessThan(5);
  });

  it.each([
    ['Date is', { dateOffset: 3_600, idTokenOffset: 0 }],
    ['Date is', { dateOffset: -3_600, idTokenOffset: 0 }],
    ['ID tokens are', { dateOffset: 0, idTokenOffset: 3_600 }],
    ['ID tokens are', { dateOffset: 0, idTokenOffset: -3_600 }],
  ])('of which only the %s an hour off loses no login', async (_what, offsets) => {
    await start({ server: { idTokens: createIdTokens() }, records: () => ({}), config: withOpenId });
    expect(await scene.signIn()).toMatchObject({ state: 'succeeded' });
    await scene.pass(2 * second);
    Object.assign(scene.server, offsets);
    expect(await scene.ask()).toEqual({ token: scene.server.issued.at(-1)?.access, expiresIn: 3_600 });
    await scene.pass(61 * minute);
    expect(await scene.ask()).toHaveProperty('token');
    expect([await scene.state(), await scene.openLogins()]).toEqual(['active', []]);
  });
});

const withOpenId = ({ issuer }: { readonly issuer: string }): string =>
  `accounts: { lab: { service: oidc, issuer: '${issuer}', client_id: keytray, scopes: [openid] } }`;

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type FaultScene, hour, labOnDemand, minute, second, startFaultScene } from '../../support/fault-scene.ts';
import { answers, first, refuses, replyLost } from '../../support/faulty-server.ts';

const unavailable = { code: 'temporarily_unavailable' };

describe('a caller', () => {
  let scene: FaultScene;
  /** How many requests the work leads to. */
  const requests = async (work: () => Promise<unknown>): Promise<number> => {
    const before = scene.server.presented.length;
    await work();
    return scene.server.presented.length - before;
  };
  const ask = (request = {}) => requests(() => scene.ask(request));

  beforeEach(async () => {
    scene = await startFaultScene({ config: labOnDemand });
  });
  afterEach(() => scene.close());

  it('skips our back-off by force', async () => {
    scene.server.fault = answers(503);
    await scene.pass(2 * hour);
    expect([await ask(), await ask(), await ask({ force: true }), await ask()]).toEqual([1, 0, 1, 0]);
  });

  it('does not skip Retry-After, whatever it came with', async () => {
    await scene.pass(2 * hour);
    for (const [status, body] of [
      [429, ''],
      [400, ''],
      [400, '{"error":"invalid_grant"}'],
      [401, '{"error":"invalid_client"}'],
    ] as const) {
      scene.server.fault = answers(status, { 'retry-after': '600' }, body);
      expect(await ask({ force: true })).toBe(1);
      scene.server.fault = undefined;
      expect(await ask({ force: true })).toBe(0);
      await scene.pass(590 * second);
      expect(await ask({ force: true })).toBe(0);
      await scene.pass(10 * second);
      expect(await ask({ force: true })).toBe(1);
    }
    expect(await scene.state()).toBe('active');
  });

  it('who waits is served a minute after the server is well again, at the latest', async () => {
    scene.server.fault = answers(503);
    await scene.pass(hour);
    for (let asked = 0; asked < 240; asked += 1) {
      await scene.ask();
      await scene.pass(30 * second);
    }
    // Two hours: 1 + 2 + 4 + 8 + 16 + 32 seconds apart, then a minute.
    expect(scene.server.presented.length).toBeLessThan(130);
    scene.server.fault = undefined;
    await scene.pass(minute);
    expect(await scene.ask()).toMatchObject({ expiresIn: 3_600 });
  });

  it('confirms an invalid_grant at once by force', async () => {
    scene.server.fault = refuses('invalid_grant');
    await scene.pass(3_500 * second);
    expect(await scene.ask()).toMatchObject({ expiresIn: 100 });
    const before = scene.clock.monotonic();
    expect(await scene.ask({ force: true })).toMatchObject({ code: 'login_required' });
    expect(scene.clock.monotonic()).toBe(before);
    expect(scene.server.presented).toHaveLength(2);
    expect(await scene.ask()).toMatchObject({ expiresIn: 100 });
    expect(await scene.state()).toBe('degraded/login_required');
  });

  it('is not told of a suspicion that the second look clears', async () => {
    scene.server.fault = first(refuses('invalid_grant'));
    await scene.pass(2 * hour);
    const before = scene.clock.monotonic();
    expect(await scene.ask()).toMatchObject({ token: scene.server.issued.at(-1)?.access });
    expect(scene.clock.monotonic() - before).toBeGreaterThanOrEqual(2 * second);
  });

  it('never makes a dead token be sent again', async () => {
    scene.server.fault = refuses('invalid_grant');
    await scene.pass(2 * hour);
    expect(await scene.ask()).toMatchObject({ code: 'login_required' });
    scene.server.fault = undefined;
    expect(await ask({ force: true })).toBe(0);
    expect(await ask({ min_ttl: 10 })).toBe(0);
    expect(await scene.pass(24 * hour)).toBe(0);
    expect(await scene.signIn()).toMatchObject({ state: 'succeeded' });
    expect(await scene.ask({ force: true })).toMatchObject({ token: scene.server.issued.at(-1)?.access });
    expect(new Set(scene.server.presented).size).toBe(2);
  });

  it('is not offered a sign-in by force while the token that was refused is still good', async () => {
    scene.server.fault = answers(400);
    for (let minutes = 0; minutes < 6; minutes += 1) {
      expect(await scene.ask({ force: true })).toMatchObject(unavailable);
      await scene.pass(minute);
    }
    expect(await scene.ask()).toHaveProperty('token');
    expect([await scene.state(), await scene.openLogins()]).toEqual(['degraded/refused', []]);
  });

  it('is not offered a sign-in for three refusals within seconds', async () => {
    scene.server.fault = answers(400);
    await scene.pass(2 * hour);
    for (let times = 0; times < 5; times += 1) expect(await scene.ask({ force: true })).toMatchObject(unavailable);
    await scene.pass(3 * minute);
    expect(await scene.state()).toBe('degraded/refused');
    expect(await scene.ask()).toMatchObject({ code: 'login_required' });
  });

  it('gets the valid token where the default cannot be had, and 503 where it insists', async () => {
    scene.server.fault = answers(503);
    await scene.pass(3_500 * second);
    expect(await scene.ask()).toMatchObject({ expiresIn: 100 });
    expect(await scene.ask({ min_ttl: 99 })).toMatchObject({ expiresIn: 100 });
    expect(await scene.ask({ min_ttl: 101 })).toMatchObject({ ...unavailable, retryAfter: 1 });
    expect(await scene.ask({ force: true })).toMatchObject(unavailable);
  });

  it('who insists on more than 80 % of the lifetime gets a new token once 80 % are not left', async () => {
    expect(await ask({ min_ttl: 86_400 })).toBe(0);
    await scene.pass(719 * second);
    expect(await ask({ min_ttl: 86_400 })).toBe(0);
    await scene.pass(2 * second);
    expect(await ask({ min_ttl: 86_400 })).toBe(1);
    expect(await ask({ min_ttl: 86_400 })).toBe(0);
  });

  it('of a hundred shares one refresh, and the second try of a lost reply', async () => {
    scene.server.grace = true;
    scene.server.fault = first(replyLost);
    await scene.pass(2 * hour);
    const served = await Promise.all(Array.from({ length: 100 }, () => scene.ask()));
    expect(new Set(served.map((one) => ('token' in one ? one.token : one.code)))).toEqual(
      new Set([scene.server.issued.at(-1)?.access]),
    );
    expect(scene.server.presented).toHaveLength(2);
  });
});

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Secret } from '../../../core/secret.ts';
import { caller, failureOf } from '../../support/broker.ts';
import {
  type FaultScene,
  hour,
  labOnDemand,
  minute,
  second,
  signedInRecord,
  startFaultScene,
} from '../../support/fault-scene.ts';
import { answers, first, refuses, repliesWith } from '../../support/faulty-server.ts';

describe('a token for another audience', () => {
  let scene: FaultScene;
  const audience = 'https://other.example';
  const ask = (request = {}) => scene.ask({ audience, ...request });
  const newest = (): string | undefined => scene.server.issued.at(-1)?.access;

  beforeEach(async () => {
    scene = await startFaultScene({ config: labOnDemand });
  });
  afterEach(() => scene.close());

  it('is spared a server that asked to be left alone, whoever it told', async () => {
    scene.server.fault = answers(429, { 'retry-after': '600' });
    expect(await ask()).toEqual({ code: 'temporarily_unavailable', retryAfter: 600 });
    expect(await ask({ force: true })).toEqual({ code: 'temporarily_unavailable', retryAfter: 600 });
    expect(await scene.ask({ force: true })).toMatchObject({ code: 'temporarily_unavailable' });
    expect(scene.server.presented).toHaveLength(1);
    scene.server.fault = undefined;
    await scene.pass(10 * minute);
    expect(await ask()).toMatchObject({ token: newest() });
    expect(await scene.state()).toBe('active');
  });

  it('is the one that is still valid while the server is away, unless the caller insists', async () => {
    const held = await ask();
    await scene.pass(3_500 * second);
    scene.server.fault = answers(503);
    expect(await ask()).toEqual({ ...held, expiresIn: 100 });
    expect(await ask({ min_ttl: 200 })).toMatchObject({ code: 'temporarily_unavailable' });
    expect(await ask()).toEqual({ ...held, expiresIn: 100 });
    await scene.pass(101 * second);
    expect(await ask()).toMatchObject({ code: 'temporarily_unavailable' });
  });

  it('is refused without a word against the account', async () => {
    for (const error of ['invalid_target', 'invalid_scope']) {
      scene.server.fault = refuses(error);
      expect(await ask()).toMatchObject({ code: 'misconfigured' });
      expect(await scene.state()).toBe('active');
    }
  });

  it('ends the session by two words of invalid_grant, and offers a sign-in', async () => {
    scene.server.fault = refuses('invalid_grant');
    expect(await ask()).toMatchObject({ code: 'temporarily_unavailable' });
    expect(await ask()).toMatchObject({ code: 'temporarily_unavailable' });
    await scene.pass(2 * second);
    expect(await ask()).toMatchObject({ code: 'login_required' });
    expect(await scene.openLogins()).toMatchObject([{ account: 'lab', state: 'requested' }]);
    const requests = scene.server.presented.length;
    expect(await ask({ force: true })).toMatchObject({ code: 'login_required' });
    expect(scene.server.presented).toHaveLength(requests);
  });

  it('clears a suspicion by its own success', async () => {
    scene.server.rotates = false;
    scene.server.fault = first(refuses('invalid_grant'));
    await ask();
    expect(await scene.state()).toBe('degraded/login_required');
    expect(await ask()).toMatchObject({ token: newest() });
    expect(await scene.state()).toBe('active');
  });

  it('costs no login where the reply was no good, but rotated', async () => {
    scene.server.fault = first(repliesWith({ token_type: 'mac' }));
    expect(await ask()).toMatchObject({ code: 'temporarily_unavailable' });
    expect(await ask()).toMatchObject({ token: newest() });
  });
});

describe('a refresh token spent for another audience', () => {
  const audience = 'https://other.example';

  it.each([
    [true, 2],
    [false, 1],
  ])('is the one to use from then on where the server rotates: %s', async (rotates, different) => {
    const scene = await startFaultScene({ config: labOnDemand });
    scene.server.rotates = rotates;
    await scene.ask({ audience });
    const latest = scene.server.issued.at(-1);
    // A server that ends the family of a token that comes twice would end the login here.
    expect(await scene.ask({ audience: 'https://third.example' })).toHaveProperty('token');
    expect(scene.server.presented.at(-1)).toBe(rotates ? latest?.refresh : scene.server.presented[0]);
    expect(await scene.ask({ force: true })).toHaveProperty('token');
    expect(new Set(scene.server.presented.slice(0, 2)).size).toBe(different);
    expect(await scene.state()).toBe('active');
    await scene.close();
  });

  it('has to be there', async () => {
    const scene = await startFaultScene({
      config: labOnDemand,
      records: (server, clock) => ({ lab: signedInRecord(server, clock, { refreshToken: undefined }) }),
    });
    expect(await failureOf(scene.broker.token('lab', { audience }, caller))).toMatchObject({
      code: 'login_required',
      account: 'lab',
    });
    expect(scene.server.presented).toEqual([]);
    expect(await scene.openLogins()).toMatchObject([{ account: 'lab', state: 'requested' }]);
    await scene.close();
  });
});

describe('a client the server refused', () => {
  it('is tried anew as soon as its secret or its config was changed', async () => {
    const scene = await startFaultScene({ config: labOnDemand });
    await scene.pass(2 * hour);
    for (const correct of [
      () => scene.broker.setClientSecret('lab', new Secret('the-right-one')),
      async () => scene.configure(`${labOnDemand(scene.server)}    scopes: [git]\n`),
    ]) {
      scene.server.fault = refuses('invalid_client', 401);
      expect(await scene.ask({ force: true })).toMatchObject({ code: 'misconfigured' });
      scene.server.fault = undefined;
      expect(await scene.ask({ min_ttl: 3_000 })).toMatchObject({ code: 'misconfigured' });
      await correct();
      expect(await scene.ask({ min_ttl: 3_000 })).toHaveProperty('token');
      expect(scene.notices.open.size).toBe(0);
      await scene.pass(2 * hour);
    }
    await scene.close();
  });
});

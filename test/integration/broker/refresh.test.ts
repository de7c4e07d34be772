import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Secret } from '../../../core/secret.ts';
import { caller, failureOf, type Laboratory, startLaboratory } from '../../support/broker.ts';

const lifetime = 3_600;
const untilExpired = (lifetime + 1) * 1_000;
const invalidGrant = {
  status: 400,
  body: '{"error":"invalid_grant"}',
  headers: { 'content-type': 'application/json' },
};
const unavailable = { status: 503, body: 'busy', headers: { 'content-type': 'text/plain' } };

describe('a token is', () => {
  let lab: Laboratory;
  const token = async (request = {}): Promise<string | undefined> =>
    (await lab.broker.token('lab', request, caller)).access_token;

  beforeEach(async () => {
    lab = await startLaboratory({ server: { accessTokenTtl: lifetime } });
    expect(await lab.signIn()).toMatchObject({ state: 'succeeded' });
  });

  afterEach(async () => {
    await lab.close();
  });

  it('served from memory while it is fresh', async () => {
    const first = await token();
    expect(await token()).toBe(first);
    expect(lab.refreshes()).toBe(0);
  });

  it('refreshed when fewer than 300 seconds are left', async () => {
    const first = await token();
    lab.clock.skip((lifetime - 310) * 1_000);
    expect(await token()).toBe(first);
    lab.clock.skip(20_000);
    expect(await token()).not.toBe(first);
    expect(lab.refreshes()).toBe(1);
  });

  it('refreshed when fewer seconds are left than the caller insists on', async () => {
    const first = await token({ min_ttl: 1_000 });
    lab.clock.skip((lifetime - 900) * 1_000);
    expect(await token({ min_ttl: 800 })).toBe(first);
    expect(await token({ min_ttl: 1_000 })).not.toBe(first);
  });

  it('never refreshed in circles by a caller who insists on more than there is', async () => {
    await token({ min_ttl: 86_400 });
    expect(lab.refreshes()).toBe(0);
  });

  it('still the same person’s after a refresh', async () => {
    const before = await lab.broker.account('lab');
    await token({ force: true });
    expect((await lab.broker.account('lab')).subject).toEqual(before.subject);
    expect(before.subject).toMatchObject({ name: 'ada', email: 'ada@demo.example' });
  });

  it('refreshed once for all who ask meanwhile', async () => {
    lab.clock.skip(untilExpired);
    const release = lab.server.faults.hold();
    const calls = Promise.all(Array.from({ length: 50 }, () => token()));
    release();
    expect(new Set(await calls).size).toBe(1);
    expect(lab.refreshes()).toBe(1);
  });

  it('handed out only after its refresh token is stored', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    lab.store.gate = promise;
    lab.clock.skip(untilExpired);
    let served = false;
    const call = token().then(() => {
      served = true;
    });
    await expect.poll(() => lab.refreshes()).toBe(1);
    await new Promise((tick) => setTimeout(tick, 100));
    expect(served).toBe(false);
    resolve();
    await call;
    expect(served).toBe(true);
  });

  it('kept back while the store refuses, and then served without another refresh', async () => {
    lab.clock.skip(untilExpired);
    lab.store.trouble = { kind: 'locked' };
    expect((await failureOf(token())).code).toBe('keychain_locked');
    lab.store.trouble = undefined;
    const served = await token();
    expect((await lab.server.introspect(served ?? '')).active).toBe(true);
    expect(lab.refreshes()).toBe(1);
  });

  it('served from memory while the keychain is locked', async () => {
    const first = await token();
    lab.store.trouble = { kind: 'locked' };
    expect(await token()).toBe(first);
  });

  it('served with its true expiry while the server is down', async () => {
    const first = await token();
    lab.server.faults.outage = unavailable;
    lab.clock.skip((lifetime - 100) * 1_000);
    const served = await lab.broker.token('lab', {}, caller);
    expect(served.access_token).toBe(first);
    expect(served.expires_in).toBeLessThanOrEqual(100);
    expect(await lab.broker.account('lab')).toMatchObject({ state: 'degraded', reason: 'unreachable' });
  });

  it('not served by the default to a caller who insists on more', async () => {
    lab.server.faults.outage = unavailable;
    lab.clock.skip((lifetime - 100) * 1_000);
    const failure = await failureOf(token({ min_ttl: 200 }));
    expect(failure.code).toBe('temporarily_unavailable');
    expect(failure.retryAfter).toBeGreaterThan(0);
  });

  it('there again as soon as the server is, whatever it answered before', async () => {
    lab.clock.skip(untilExpired);
    for (const status of [302, 403, 407, 408, 429, 500, 502, 503, 504]) {
      lab.server.faults.outage = {
        status,
        body: '<html>captive portal</html>',
        headers: { location: 'http://127.0.0.1:1/' },
      };
      expect((await failureOf(token({ force: true }))).code).toBe('temporarily_unavailable');
    }
    lab.server.faults.outage = undefined;
    expect((await lab.server.introspect((await token({ force: true })) ?? '')).active).toBe(true);
    expect(lab.server.accountsCreated).toEqual(['ada']);
  });

  it('not asked for again before Retry-After, not even by force', async () => {
    lab.clock.skip(untilExpired);
    lab.server.faults.outage = { ...unavailable, headers: { 'retry-after': '120' } };
    await failureOf(token());
    lab.server.faults.outage = undefined;
    const failure = await failureOf(token({ force: true }));
    expect(failure.retryAfter).toBeGreaterThan(100);
    lab.clock.skip(121_000);
    expect(await token()).toBeTypeOf('string');
  });

  it('lost only after invalid_grant was seen twice, two seconds apart, and then no request is made any more', async () => {
    lab.clock.skip(untilExpired);
    lab.server.faults.outage = invalidGrant;
    const failure = await failureOf(token());
    expect(failure).toMatchObject({ code: 'login_required', account: 'lab' });
    expect(lab.broker.login(failure.loginId ?? '')).toMatchObject({ state: 'requested', account: 'lab' });
    lab.server.faults.outage = undefined;
    expect((await failureOf(token({ force: true }))).code).toBe('login_required');
    expect(lab.refreshes()).toBe(0);
    expect(await lab.broker.account('lab')).toMatchObject({ state: 'login_required', reason: 'session_ended' });
  });

  it('not lost to a single invalid_grant', async () => {
    lab.clock.skip(untilExpired);
    lab.server.faults.outage = invalidGrant;
    const call = token();
    await expect.poll(() => lab.log.some((line) => line.includes('invalid_grant'))).toBe(true);
    lab.server.faults.outage = undefined;
    expect((await lab.server.introspect((await call) ?? '')).active).toBe(true);
  });

  it('still served while valid although the session has ended, across a restart too', async () => {
    const first = await token();
    lab.server.faults.outage = invalidGrant;
    await failureOf(token({ force: true }));
    expect(await token()).toBe(first);
    expect(await lab.broker.account('lab')).toMatchObject({ state: 'degraded', reason: 'login_required' });
    const broker = await lab.restarted();
    expect(await broker.account('lab')).toMatchObject({ state: 'degraded', reason: 'login_required' });
    expect((await broker.token('lab', {}, caller)).access_token).toBe(first);
  });

  it('not lost to a client the server refuses', async () => {
    lab.clock.skip(untilExpired);
    lab.server.faults.outage = { ...invalidGrant, status: 401, body: '{"error":"invalid_client"}' };
    expect((await failureOf(token())).code).toBe('misconfigured');
    expect(await lab.broker.account('lab')).toMatchObject({ state: 'degraded', reason: 'misconfigured' });
    lab.server.faults.outage = undefined;
    expect(await token({ force: true })).toBeTypeOf('string');
  });

  it('given up after three bare refusals over two minutes, but the refresh token is kept', async () => {
    lab.clock.skip(untilExpired);
    lab.server.faults.outage = { status: 400, body: 'Bad Request' };
    expect((await failureOf(token())).code).toBe('temporarily_unavailable');
    lab.clock.skip(61_000);
    expect((await failureOf(token())).code).toBe('temporarily_unavailable');
    lab.clock.skip(61_000);
    expect((await failureOf(token())).code).toBe('login_required');
    lab.server.faults.outage = undefined;
    lab.clock.skip(61_000);
    expect(await token()).toBeTypeOf('string');
  });

  it('an ID token when one is asked for', async () => {
    const { id_token: idToken, access_token: accessToken } = await lab.broker.token('lab', { token: 'id' }, caller);
    expect(accessToken).toBeUndefined();
    expect(idToken?.split('.')).toHaveLength(3);
  });

  it('refreshed once when a tool says it was refused, and only if it is the one in use', async () => {
    const first = (await token()) ?? '';
    const erase = async (value: string): Promise<void> => {
      const text = `protocol=https\nhost=git.lab.example\nusername=x\npassword=${value}\n`;
      async function* stdin() {
        yield Buffer.from(text);
      }
      await lab.broker.helper(
        'git',
        {
          operation: 'erase',
          argv: ['erase'],
          env: {},
          cwd: '/',
          parents: [],
          stdin: stdin(),
          stdout() {},
          stderr() {},
          become() {},
          signal: caller.signal,
        },
        caller,
      );
    };
    await erase('somebody else’s');
    expect(lab.refreshes()).toBe(0);
    await erase(first);
    await expect.poll(() => lab.refreshes()).toBe(1);
    const second = (await token()) ?? '';
    expect(second).not.toBe(first);
    await erase(second);
    expect(await token()).toBe(second);
    expect(lab.refreshes()).toBe(1);
  });

  it('never in the log', async () => {
    lab.clock.skip(untilExpired);
    const served = new Secret((await token()) ?? '');
    lab.server.faults.outage = invalidGrant;
    await failureOf(token({ force: true }));
    expect(lab.log.length).toBeGreaterThan(0);
    expect(lab.log.join('\n')).not.toContain(served.reveal());
  });
});

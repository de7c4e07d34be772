import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { NodeHttp } from '../../../core/http/node-http.ts';
import { type AuthorizationServer, discoverAuthorizationServer } from '../../../core/oauth/authorization-server.ts';
import { type DeviceAuthorization, requestDeviceCode } from '../../../core/oauth/device-grant.ts';
import { type DeviceOutcome, pollForTokens } from '../../../core/oauth/device-poll.ts';
import { OAuthFailure } from '../../../core/oauth/oauth-failure.ts';
import type { Timer } from '../../../core/ports.ts';
import { Secret } from '../../../core/secret.ts';
import { accountSettings, fetchOf, noEndpoints } from '../../support/authorization-server.ts';
import { ManualClock } from '../../support/manual-clock.ts';
import { type ScriptedAnswer, type ScriptedServer, startScriptedServer } from '../../support/scripted-server.ts';
import { waitFor } from '../../support/wait-for.ts';

const good = {
  device_code: 'the-device-code-of-this-sign-in',
  user_code: 'WDJB-MJHT',
  verification_uri: 'https://login.example/device',
  expires_in: 600,
};
const tokens = { access_token: 'at-1', token_type: 'Bearer', refresh_token: 'rt-1', expires_in: 3600 };
const error = (name: string, more: Partial<ScriptedAnswer> = {}): ScriptedAnswer => ({
  status: 400,
  body: { error: name },
  ...more,
});
const pending = error('authorization_pending');

let scripted: ScriptedServer;
let server: AuthorizationServer;
const settings = () =>
  accountSettings({
    service: 'oauth',
    scopes: ['read', 'write'],
    audience: 'https://api.example',
    prompt: 'consent',
    authorizationParams: { access_type: 'offline' },
    endpoints: {
      ...noEndpoints,
      authorizationEndpoint: `${scripted.url}/authorize`,
      tokenEndpoint: `${scripted.url}/token`,
      deviceAuthorizationEndpoint: `${scripted.url}/device`,
    },
  });
const ask = () => requestDeviceCode(server, new URL(`${scripted.url}/device`), settings());

beforeEach(async () => {
  scripted = await startScriptedServer(() => ({ body: good }));
  server = await discoverAuthorizationServer(settings(), {
    fetch: fetchOf(new NodeHttp()),
    clientSecret: new Secret('a-client-secret-of-the-lab'),
  });
});
afterEach(() => scripted.close());

describe('asking for a device code', () => {
  it('names the client, the scope, the audience and a challenge, and nothing else', async () => {
    const device = await ask();
    expect(scripted.requests.map(({ form, method }) => ({ form, method }))).toEqual([
      {
        method: 'POST',
        form: {
          client_id: 'keytray',
          client_secret: 'a-client-secret-of-the-lab',
          scope: 'read write',
          audience: 'https://api.example',
          code_challenge: expect.stringMatching(/^[\w-]{43}$/),
          code_challenge_method: 'S256',
        },
      },
    ]);
    expect(device).toMatchObject({ expiresIn: 600, interval: 5, verificationUriComplete: undefined });
    expect(device.userCode.reveal()).toBe('WDJB-MJHT');
    expect(JSON.stringify(device)).not.toContain('WDJB');
  });

  it.each<[string, object, object?]>([
    ['Google’s name of the address', { verification_uri: undefined, verification_url: 'https://g.example/device' }],
    ['numbers as text', { expires_in: '600', interval: '7' }, { expiresIn: 600, interval: 7 }],
    ['an interval that is none', { interval: 0 }, { interval: 5 }],
    ['days to wait', { expires_in: 1_000_000 }, { expiresIn: 1_800 }],
    [
      'a complete address that is none',
      { verification_uri_complete: 'device' },
      { verificationUriComplete: undefined },
    ],
  ])('takes %s', async (_what, changes, expected = {}) => {
    scripted.script = () => ({ body: { ...good, ...changes } });
    expect(await ask()).toMatchObject(expected);
  });

  it.each([
    ['no code', { device_code: undefined }],
    ['no time limit', { expires_in: undefined }],
    ['an address of a program', { verification_uri: 'javascript:alert(1)' }],
    ['an address anybody can listen to', { verification_uri: 'http://login.example/device' }],
    ['nothing to type', { user_code: '\u0007\n' }],
  ])('refuses %s', async (_what, changes) => {
    scripted.script = () => ({ body: { ...good, ...changes } });
    await expect(ask()).rejects.toMatchObject({ failure: { kind: 'malformed' } });
  });

  it('says what the server says, without the secrets of the request', async () => {
    const words = 'no device_code for a-client-secret-of-the-lab';
    scripted.script = () => ({ status: 400, body: { error: 'unauthorized_client', error_description: words } });
    const failure: unknown = await ask().catch((thrown: unknown) => thrown);
    expect(failure).toMatchObject({
      failure: { kind: 'oauth_error', error: 'unauthorized_client', description: 'no device_code for [secret]' },
    });
    scripted.script = () => undefined;
    await expect(ask()).rejects.toMatchObject({ failure: { kind: 'network' } });
  });
});

/** Knows how long it was asked to wait, each time. */
class WaitingClock extends ManualClock {
  readonly waits: number[] = [];

  override after(ms: number, run: () => void): Timer {
    this.waits.push(ms);
    return super.after(ms, run);
  }
}

describe('polling', () => {
  let clock: WaitingClock;
  let device: DeviceAuthorization;
  let stop: AbortController;
  let troubles: OAuthFailure[];
  let outcome: Promise<DeviceOutcome>;
  let answers: (ScriptedAnswer | undefined)[];
  const polls = () => scripted.requests.filter(({ path }) => path === '/token').length;

  /** Lets the time pass that the next wait takes, in seconds, and the server be asked. */
  const nextPoll = async (): Promise<number> => {
    const before = polls();
    await waitFor('a wait', async () => clock.waits.length > before);
    const milliseconds = clock.waits[before] ?? 0;
    clock.advance(milliseconds);
    await waitFor('a poll', async () => polls() > before);
    return milliseconds / 1_000;
  };
  const intervals = async (count: number): Promise<readonly number[]> => {
    const waited: number[] = [];
    for (let round = 0; round < count; round += 1) waited.push(await nextPoll());
    return waited;
  };

  const start = async (given: readonly (ScriptedAnswer | undefined)[], changes: object = {}) => {
    scripted.script = () => ({ body: { ...good, ...changes } });
    device = await ask();
    answers = [...given];
    scripted.script = () => (answers.length > 1 ? answers.shift() : answers[0]);
    clock = new WaitingClock();
    stop = new AbortController();
    troubles = [];
    outcome = pollForTokens(server, device, {
      clock,
      signal: stop.signal,
      deadline: clock.uptime() + device.expiresIn,
      clockSkew: undefined,
      onTrouble: (failure) => troubles.push(failure),
    });
    outcome.catch(() => undefined);
  };

  it('asks every five seconds until the person has answered', async () => {
    await start([pending, pending, { body: tokens }]);
    expect(await intervals(3)).toEqual([5, 5, 5]);
    const granted = await outcome;
    expect(granted).toMatchObject({ kind: 'granted', reply: { expiresIn: 3600, identity: undefined } });
    expect(scripted.requests.at(-1)?.form).toEqual({
      grant_type: 'urn:ietf:params:oauth:grant-type:device_code',
      device_code: 'the-device-code-of-this-sign-in',
      code_verifier: device.codeVerifier?.reveal(),
      client_id: 'keytray',
      client_secret: 'a-client-secret-of-the-lab',
    });
    expect(troubles).toEqual([]);
  });

  it('asks five seconds less often each time it is told to, and stays with it', async () => {
    await start([error('slow_down'), error('slow_down'), pending, { body: tokens }], { interval: 2 });
    expect(await intervals(4)).toEqual([2, 7, 12, 12]);
    expect(await outcome).toMatchObject({ kind: 'granted' });
  });

  it('waits longer and longer while the server is in trouble, then goes on as before', async () => {
    const portal = { status: 200, headers: { 'content-type': 'text/html' }, body: '<html>log in</html>' };
    await start([{ status: 503 }, undefined, portal, error('temporarily_unavailable'), pending, { body: tokens }]);
    expect(await intervals(6)).toEqual([5, 10, 20, 40, 60, 5]);
    expect(await outcome).toMatchObject({ kind: 'granted' });
    expect(troubles).toHaveLength(1);
  });

  it('waits as long as the server asks for', async () => {
    await start([{ status: 429, headers: { 'retry-after': '33' } }, { body: tokens }]);
    expect(await intervals(2)).toEqual([5, 33]);
  });

  it.each([
    ['access_denied', { kind: 'denied', error: 'access_denied' }],
    ['authorization_declined', { kind: 'denied', error: 'authorization_declined' }],
    ['expired_token', { kind: 'expired' }],
  ])('ends with %s', async (name, expected) => {
    await start([error(name)]);
    await nextPoll();
    expect(await outcome).toMatchObject(expected);
  });

  it('ends by itself when the code has run out, whatever the server says', async () => {
    await start([pending], { expires_in: 12 });
    expect(await intervals(2)).toEqual([5, 5]);
    await waitFor('the last wait', async () => clock.waits.length === 3);
    clock.advance(2_000);
    expect(await outcome).toEqual({ kind: 'expired' });
    expect(polls()).toBe(2);
  });

  it('counts the time the machine slept', async () => {
    await start([pending]);
    await nextPoll();
    await waitFor('the next wait', async () => clock.waits.length === 2);
    clock.sleep(600_000);
    clock.advance(5_000);
    expect(await outcome).toEqual({ kind: 'expired' });
    expect(polls()).toBe(1);
  });

  it('gives up on what asking again cannot cure, and keeps the code out of the message', async () => {
    const words = 'what is the-device-code-of-this-sign-in?';
    await start([{ status: 400, body: { error: 'invalid_grant', error_description: words } }]);
    expect(await intervals(2)).toEqual([5, 5]);
    const failure: unknown = await outcome.catch((thrown: unknown) => thrown);
    expect(failure).toBeInstanceOf(OAuthFailure);
    expect(failure).toMatchObject({ failure: { error: 'invalid_grant', description: 'what is [secret]?' } });
  });

  it('stops at once when it is told to, between two polls or during one', async () => {
    await start([pending]);
    stop.abort();
    expect(await outcome).toEqual({ kind: 'stopped' });
    expect(polls()).toBe(0);
    await start([pending]);
    const { promise: held, resolve: release } = Promise.withResolvers<void>();
    scripted.script = async () => {
      await held;
      return { body: tokens };
    };
    clock.advance(5_000);
    await waitFor('a poll', async () => polls() === 1);
    stop.abort();
    expect(await outcome).toEqual({ kind: 'stopped' });
    expect(troubles).toEqual([]);
    release();
  });

  it('asks once only where the tokens came and their signature could not be checked', async () => {
    const issuer = 'https://login.example';
    const oidc = { ...settings(), issuer, scopes: ['openid'] };
    const endpoints = { ...oidc.endpoints, jwksUri: `${scripted.url}/jwks` };
    server = await discoverAuthorizationServer(
      { ...oidc, endpoints },
      { fetch: fetchOf(new NodeHttp()), clientSecret: undefined },
    );
    const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const now = Math.floor(Date.now() / 1_000);
    const claims = { iss: issuer, aud: 'keytray', sub: 'ada', iat: now, exp: now + 600 };
    const idToken = `${part({ alg: 'RS256', kid: 'k' })}.${part(claims)}.${part({})}`;
    await start([{ body: { ...tokens, id_token: idToken } }]);
    scripted.script = ({ path }) => (path === '/jwks' ? undefined : { body: { ...tokens, id_token: idToken } });
    await nextPoll();
    await expect(outcome).rejects.toMatchObject({ failure: { kind: 'network' } });
    expect(polls()).toBe(1);
  });
});

import { afterEach, describe, expect, it } from 'vitest';
import type { Timer } from '../../../core/ports.ts';
import type { BrokerEvent, LoginView } from '../../../core/wire/schemas.ts';
import type { AuthorizationServerOptions } from '../../../demo/authorization-server.ts';
import { followForms, signInWithForms } from '../../../demo/built-in-user-agent.ts';
import { caller, failureOf, type Laboratory, startLaboratory } from '../../support/broker.ts';
import { type ScriptedServer, startScriptedServer } from '../../support/scripted-server.ts';
import { ShiftedClock } from '../../support/shifted-clock.ts';

/** Its timers run ten times as fast, so that a test need not sit out the seconds between two polls. */
class HastyClock extends ShiftedClock {
  override after(ms: number, run: () => void): Timer {
    return super.after(ms / 10, run);
  }
}

let lab: Laboratory;
let other: ScriptedServer | undefined;
/** Access tokens the server gave for a device code. */
const givenToDevice: unknown[] = [];
const polledFor = new Set<unknown>();
afterEach(async () => {
  await lab.close();
  await other?.close();
  other = undefined;
});

const open = async (more = '', lifetime = 600) => {
  givenToDevice.length = 0;
  polledFor.clear();
  const onTokenExchange: AuthorizationServerOptions['onTokenExchange'] = ({ parameters, reply }) => {
    if (parameters.device_code === undefined) return;
    polledFor.add(parameters.device_code);
    if (reply.access_token !== undefined) givenToDevice.push(reply.access_token);
  };
  const server = { deviceFlow: { interval: 1, lifetime }, onTokenExchange };
  lab = await startLaboratory({ server, clock: new HastyClock(), more });
};
const start = (user_agent: 'device' | 'none' | 'paste' = 'device', options: { readonly switch?: boolean } = {}) =>
  lab.broker.startLogin('lab', { user_agent, ...options });
const ended = (login: LoginView) => lab.broker.waitForLogin(login.login_id, 100, caller.signal);
const token = async (): Promise<string> => (await lab.broker.token('lab', {}, caller)).access_token ?? '';

/** The person at another device: enters the code, signs in, and allows it or not. */
const approve = (login: LoginView, who = 'ada', consent: 'allow' | 'deny' = 'allow') =>
  followForms(login.verification_uri ?? '', { login: who, userCode: login.user_code ?? '', consent });

describe('a sign-in by code', () => {
  it('needs no browser and no listener here', async () => {
    await open();
    const login = await start();
    expect(login).toMatchObject({ state: 'started', verification_uri: `${lab.server.issuer}/device` });
    expect(login.user_code).toMatch(/^[A-Z]{4}-[A-Z]{4}$/);
    expect(login.verification_uri_complete).toContain(login.user_code);
    expect(login.authorization_url).toBeUndefined();
    expect(await lab.broker.account('lab')).toMatchObject({ state: 'signing_in' });
    expect((await approve(login)).text).toContain('Your device is signed in');
    expect(await ended(login)).toMatchObject({ state: 'succeeded', subject: { subject: 'ada', name: 'ada' } });
    expect(await lab.server.introspect(await token())).toEqual({ active: true, sub: 'ada' });
    expect(await lab.broker.account('lab')).toMatchObject({ state: 'active', subject: { email: 'ada@demo.example' } });
    expect(lab.browsers.opened).toEqual([]);
    await lab.broker.token('lab', { force: true }, caller);
    expect(lab.refreshes()).toBe(1);
  });

  it('can be approved at the address that has the code in it', async () => {
    await open();
    const login = await start();
    await signInWithForms(login.verification_uri_complete ?? '', { login: 'grace' });
    expect(await ended(login)).toMatchObject({ state: 'succeeded', subject: { subject: 'grace' } });
  });

  it('is one for all who ask for it, and shows its code to them alone', async () => {
    await open();
    const events: BrokerEvent[] = [];
    lab.broker.subscribe((event) => events.push(event));
    const [first, second] = await Promise.all([start(), start()]);
    expect(second).toEqual(first);
    expect(lab.broker.login(first.login_id)).toEqual(first);
    const seen = JSON.stringify([events, await lab.broker.status(), await lab.broker.accounts(), lab.log]);
    expect(seen).toContain(first.login_id);
    expect(seen).toContain('/device');
    expect(seen).not.toContain(first.user_code);
    await approve(first);
    await ended(first);
    expect(JSON.stringify([events, lab.log])).not.toContain(first.user_code);
  });

  it('that the person refuses says so', async () => {
    await open();
    const login = await start();
    await approve(login, 'ada', 'deny');
    expect(await ended(login)).toMatchObject({ state: 'failed', error: 'access_denied' });
    expect(await lab.signIn()).toMatchObject({ state: 'succeeded' });
  });

  it('ends when the code runs out, and a new one can be had', async () => {
    await open('', 3);
    const login = await start();
    expect(await ended(login)).toMatchObject({ state: 'expired', error: 'login_required' });
    const again = await start();
    expect(again.login_id).not.toBe(login.login_id);
    await approve(again);
    expect(await ended(again)).toMatchObject({ state: 'succeeded' });
  });

  it('can be cancelled: the server is asked no more', async () => {
    await open();
    const login = await start();
    lab.broker.cancelLogin(login.login_id);
    expect(lab.broker.login(login.login_id).state).toBe('cancelled');
    await approve(login);
    const again = await start();
    const polls = lab.server.requests.device_code;
    await approve(again);
    await ended(again);
    // How often it asks for the second one depends on how long the approval takes.
    expect([polls, polledFor.size]).toEqual([0, 1]);
  });
});

describe('a code for an account that has a login open in the browser', () => {
  it('is another way to the same login, and the first to finish wins', async () => {
    await open();
    const browser = await start('none');
    const device = await start();
    expect(device.login_id).toBe(browser.login_id);
    await approve(device);
    expect(await ended(browser)).toMatchObject({ state: 'succeeded' });
    const redirect = new URL(browser.authorization_url ?? '').searchParams.get('redirect_uri') ?? '';
    await expect(fetch(redirect)).rejects.toThrow();
  });

  it('is polled for no more once the browser has finished', async () => {
    await open();
    const device = await start();
    const browser = await start('none');
    expect(browser.login_id).toBe(device.login_id);
    await signInWithForms(browser.authorization_url ?? '', { login: 'ada' });
    expect(lab.broker.login(device.login_id)).toMatchObject({ state: 'succeeded' });
    const before = lab.server.requests.device_code;
    const held = await token();
    await approve(device, 'bob');
    await new Promise((done) => setTimeout(done, 300));
    expect(lab.server.requests.device_code).toBe(before);
    expect(await token()).toBe(held);
  });

  it('loses to the browser also where its tokens were on their way', async () => {
    await open();
    const device = await start();
    const browser = await start('none');
    await approve(device, 'bob');
    const release = lab.server.faults.hold();
    // Long enough for a poll: it is held, with bob's tokens in it.
    await new Promise((done) => setTimeout(done, 500));
    const signedIn = signInWithForms(browser.authorization_url ?? '', { login: 'ada' });
    await expect.poll(() => lab.server.accountsCreated).toEqual(['bob', 'ada']);
    await new Promise((done) => setTimeout(done, 200));
    release();
    await signedIn;
    expect(await ended(device)).toMatchObject({ state: 'succeeded', subject: { subject: 'ada' } });
    expect(await lab.server.introspect(await token())).toMatchObject({ active: true, sub: 'ada' });
    await expect.poll(() => givenToDevice).toHaveLength(1);
    expect(givenToDevice).not.toContain(await token());
    expect(lab.server.requests.revocation).toBe(0);
  });

  it('leaves the browser its time when the code runs out first', async () => {
    await open('', 1);
    const browser = await start('none');
    const state = () => lab.broker.login(browser.login_id);
    const before = state();
    await start();
    await expect.poll(() => state().verification_uri, { timeout: 5_000 }).toBeUndefined();
    expect(state()).toEqual(before);
    await signInWithForms(browser.authorization_url ?? '', { login: 'ada' });
    expect(state()).toMatchObject({ state: 'succeeded' });
  });

  it('can be finished by paste all the same', async () => {
    await open();
    const device = await start();
    const anywhere = new URL('http://127.0.0.1:1/callback?code=x');
    const paste = (url: URL) => lab.broker.finishLogin(device.login_id, { redirect_url: url.href });
    expect(await failureOf(paste(anywhere))).toMatchObject({ code: 'invalid_request' });
    const { authorization_url } = await start('paste');
    const stopAt = ({ searchParams }: URL) => searchParams.has('code');
    const { url } = await followForms(authorization_url ?? '', { login: 'ada', stopAt });
    expect(await paste(url)).toMatchObject({ state: 'succeeded', subject: { subject: 'ada' } });
  });
});

describe('who signs in by code', () => {
  it('must be the person the account belongs to, unless another is asked for', async () => {
    await open();
    await lab.signIn('ada');
    const before = await token();
    const wrong = await start();
    expect(await token()).toBe(before);
    await approve(wrong, 'bob');
    expect(await ended(wrong)).toMatchObject({ state: 'failed', error: 'identity_mismatch' });
    expect(await token()).toBe(before);
    expect(lab.server.requests.revocation).toBe(1);
    expect(await lab.server.introspect(before)).toMatchObject({ active: true, sub: 'ada' });

    const right = await start('device', { switch: true });
    await approve(right, 'bob');
    expect(await ended(right)).toMatchObject({ state: 'succeeded', subject: { subject: 'bob' } });
    expect(await lab.server.introspect(await token())).toMatchObject({ sub: 'bob' });
  });

  it('again gets new tokens, and until then the old ones serve', async () => {
    await open();
    await lab.signIn();
    const before = await token();
    const login = await start();
    expect(await token()).toBe(before);
    await approve(login);
    expect(await ended(login)).toMatchObject({ state: 'succeeded' });
    expect(await token()).not.toBe(before);
    expect(lab.server.requests.revocation).toBe(0);
  });

  it('must be the expected one, whichever way they come', async () => {
    await open('    expect: { email: ada@demo.example }\n');
    const wrong = await start();
    await approve(wrong, 'bob');
    expect(await ended(wrong)).toMatchObject({ state: 'failed', error: 'identity_mismatch' });
    expect(await lab.broker.account('lab')).toMatchObject({ state: 'signed_out' });
    const right = await start();
    await approve(right, 'ada');
    expect(await ended(right)).toMatchObject({ state: 'succeeded' });
  });
});

describe('a server that gives no code', () => {
  it('because it knows no such thing: says what to do, and changes nothing', async () => {
    lab = await startLaboratory();
    const requested = (await failureOf(token())).loginId ?? '';
    const failure = await failureOf(start());
    expect(failure).toMatchObject({ code: 'invalid_request', account: 'lab' });
    expect(failure.message).toBe('lab offers no sign-in with a code');
    expect(failure.fix).toBe('paste_address');
    expect(lab.broker.login(requested)).toMatchObject({ state: 'requested' });
  });

  it.each([
    [
      { status: 400, body: { error: 'unauthorized_client' } },
      'misconfigured',
      /^lab does not allow this client to sign in with a code$/,
    ],
    [{ status: 401, body: { error: 'invalid_client' } }, 'misconfigured', /does not accept this client/],
    [{ status: 503 }, 'temporarily_unavailable', /has a problem of its own right now$/],
    [{ body: '<html>' }, 'temporarily_unavailable', /gave an answer that Keytray cannot use$/],
  ])('as %j: leaves the browser its login, and ends one that has no other way', async (answer, code, words) => {
    other = await startScriptedServer(() => answer);
    lab = await startLaboratory({ more: `    device_authorization_endpoint: ${other.url}/device\n` });
    const browser = await start('none');
    const before = lab.broker.login(browser.login_id);
    const failure = await failureOf(start());
    expect(failure).toMatchObject({ code, message: expect.stringMatching(words) });
    expect(lab.broker.login(browser.login_id)).toEqual(before);
    await signInWithForms(browser.authorization_url ?? '', { login: 'ada' });
    expect(lab.broker.login(browser.login_id)).toMatchObject({ state: 'succeeded' });

    expect((await failureOf(start())).code).toBe(code);
    expect((await lab.broker.status()).logins).toEqual([]);
    expect(await token()).not.toBe('');
  });

  it('and fails later leaves the browser its login as well', async () => {
    await open();
    const browser = await start('none');
    const before = lab.broker.login(browser.login_id);
    const device = await start();
    const body = JSON.stringify({ error: 'invalid_client' });
    lab.server.faults.outage = { status: 401, body, headers: { 'content-type': 'application/json' } };
    const state = () => lab.broker.login(device.login_id);
    await expect.poll(() => state().verification_uri, { timeout: 5_000 }).toBeUndefined();
    expect(state()).toEqual(before);
    lab.broker.cancelLogin(browser.login_id);

    const alone = await start();
    expect(await ended(alone)).toMatchObject({ state: 'failed', error: 'misconfigured' });
  });
});

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Browsers, caller, failureOf } from '../../support/broker.ts';
import { GrantScene } from '../../support/grant-scene.ts';
import { type Quilt, startQuilt, tokenPath } from '../../support/vendors/quilt/quilt.ts';

let quilt: Quilt;
let other: Quilt;
let scene: GrantScene;
let browsers: Browsers;

const config = (url: string, more = ''): string => `accounts:\n  quilt: { service: quilt, url: "${url}"${more} }\n`;

beforeEach(async () => {
  [quilt, other] = await Promise.all([startQuilt(), startQuilt()]);
  browsers = new Browsers();
  scene = new GrantScene(config(quilt.url), { userAgent: browsers });
  await scene.broker.start();
});

afterEach(async () => {
  await scene.close();
  await Promise.all([quilt.close(), other.close()]);
});

const paste = (code: string, options = {}) => scene.enter({ code }, 'quilt', options);
const token = async (): Promise<string> => (await scene.token('quilt')).access_token ?? '';
/** Time goes on here and at the registry. */
function pass(seconds: number): void {
  scene.clock.advance(seconds * 1_000);
  for (const one of [quilt, other]) one.clockOffset += seconds * 1_000;
}
const life = 3_600;
const exchanged = (at = quilt) => at.to(tokenPath).map(({ body }) => body);

describe('a pasted code', () => {
  it('is found on the page of the registry, which the browser is sent to', async () => {
    quilt.switches.registryUrl = `${other.url}/`;
    const login = await scene.broker.startLogin('quilt', { user_agent: 'browser' });
    expect(login).toMatchObject({
      state: 'started',
      input: { fields: [{ name: 'code', title: 'Code', where: `${other.url}/login` }] },
    });
    expect(browsers.opened.map(({ href }) => href)).toEqual([`${other.url}/login`]);
    await scene.broker.startLogin('quilt', { user_agent: 'none' });
    expect(browsers.opened).toHaveLength(1);
  });

  it('that has no page because the catalog is away begins no sign-in', async () => {
    quilt.faults.add('/config.json', { kind: 'reply', status: 503, body: 'away' });
    expect(await failureOf(scene.broker.startLogin('quilt', { user_agent: 'browser' }))).toMatchObject({
      code: 'temporarily_unavailable',
    });
    expect(browsers.opened).toEqual([]);
    expect((await scene.broker.status()).logins).toEqual([]);
  });

  it('can be pasted where no browser opens', async () => {
    browsers.open = async () => {
      throw new Error('no display');
    };
    const login = await scene.broker.startLogin('quilt', { user_agent: 'browser' });
    expect(login).toMatchObject({ no_browser: { device: false }, input: { fields: [{ name: 'code' }] } });
    await scene.broker.finishLogin(login.login_id, { fields: { code: quilt.newCode() } });
    expect(await scene.state('quilt')).toBe('active');
  });

  it('is exchanged once, and is not kept: what took its place is', async () => {
    const code = quilt.newCode();
    const ended = await paste(`  ${code}\n`);
    expect(ended).toMatchObject({ state: 'succeeded', subject: { email: 'kim@example.com' } });
    expect(exchanged()).toEqual([`refresh_token=${code}`]);
    const stored = await scene.stored('quilt');
    expect(stored).not.toContain(code);
    expect([...quilt.refreshTokens.keys()].filter((refresh) => stored.includes(refresh))).toHaveLength(1);
    expect(await scene.token('quilt')).toMatchObject({
      access_token: quilt.issued[0],
      token_type: 'Bearer',
      service_url: quilt.url,
    });
    expect((await scene.broker.account('quilt')).expires_in).toBeGreaterThan(life - 30);
    const seen = `${scene.log.lines.join()}${JSON.stringify([ended, await scene.broker.status()])}`;
    for (const secret of [code, quilt.issued[0] ?? 'none', ...quilt.refreshTokens.keys()]) {
      expect(seen).not.toContain(secret);
    }
  });

  it.each([
    ['the address of the page', () => `${quilt.url}/login`, 'this is an address'],
    ['an API key', () => quilt.addKey('ci', 90).secret, 'this is an API key'],
    ['two words', () => 'copy this', 'a space in it'],
  ])('that is %s is sent nowhere', async (_what, value, message) => {
    expect(await failureOf(paste(value()))).toMatchObject({
      code: 'invalid_request',
      message: expect.stringContaining(message),
    });
    expect(exchanged()).toEqual([]);
  });

  it.each(['200_with_error', 'status_401'] as const)('that is refused with %s is final', async (refusal) => {
    quilt.switches.refusal = refusal;
    const code = quilt.newCode();
    await paste(code);
    await scene.broker.logout('quilt', { revoke: true });
    const login = await scene.broker.startLogin('quilt', { user_agent: 'none' });
    const again = scene.broker.finishLogin(login.login_id, { fields: { code } });
    const failure = await failureOf(again);
    expect(failure).toMatchObject({
      code: 'access_denied',
      message: 'Quilt does not accept the code; nothing was stored',
      detail: 'Invalid refresh token',
    });
    expect(await scene.stored('quilt')).toBe('{}');
    expect(scene.broker.login(login.login_id).state).toBe('started');
  });

  it('that the registry repeats in its refusal is shown nowhere', async () => {
    const code = 'pasted-word';
    quilt.faults.add(tokenPath, { kind: 'reply', status: 200, body: { error: `no such token: ${code}` } });
    expect(await failureOf(paste(code))).toMatchObject({ detail: 'no such token: [secret]' });
    expect(scene.log.lines.join()).not.toContain(code);
  });

  it('cannot be kept unchecked', async () => {
    quilt.faults.add(tokenPath, { kind: 'reply', status: 503, body: 'away' });
    expect(await failureOf(paste(quilt.newCode(), { unchecked: true }))).toMatchObject({
      code: 'temporarily_unavailable',
    });
    expect(await scene.stored('quilt')).toBe('{}');
  });

  it('goes to no other registry than the one that has shown it', async () => {
    const login = await scene.broker.startLogin('quilt', { user_agent: 'none' });
    quilt.switches.registryUrl = other.url;
    // Somebody else starts the same sign-in, and the catalog is asked again.
    await scene.broker.startLogin('quilt', { user_agent: 'none' });
    const finished = scene.broker.finishLogin(login.login_id, { fields: { code: quilt.newCode() } });
    expect(await failureOf(finished)).toMatchObject({
      code: 'misconfigured',
      message: expect.stringContaining('names another registry by now'),
    });
    expect(exchanged(other)).toEqual([]);
  });

  it('of another person is not taken, unless one asks for that', async () => {
    await paste(quilt.newCode());
    expect(await failureOf(paste(quilt.newCode(quilt.admin)))).toMatchObject({ code: 'identity_mismatch' });
    expect((await scene.broker.account('quilt')).subject?.email).toBe('kim@example.com');
    const login = await scene.broker.startLogin('quilt', { user_agent: 'none', switch: true });
    await scene.broker.finishLogin(login.login_id, { fields: { code: quilt.newCode(quilt.admin) } });
    expect((await scene.broker.account('quilt')).subject?.email).toBe('root@example.com');
  });

  it.each([
    ['expect: { subject: kim@example.com }', 'succeeded'],
    ['expect: { subject: root@example.com }', 'identity_mismatch'],
    ['expect: { email: kim@example.com }', 'identity_mismatch'],
  ])('with %s: %s', async (expect_, outcome) => {
    scene.configure(config(quilt.url, `, ${expect_}`));
    const ended = await paste(quilt.newCode()).catch((error: unknown) => error);
    expect(ended).toMatchObject(outcome === 'succeeded' ? { state: outcome } : { code: outcome });
  });

  it('is good although the registry does not say whose it is', async () => {
    quilt.faults.add('/graphql', { kind: 'reply', status: 404, body: 'no' });
    expect(await paste(quilt.newCode())).toMatchObject({ state: 'succeeded' });
    expect(await token()).toBe(quilt.issued[0]);
  });
});

describe('a session', () => {
  it('is renewed once for fifty callers, with the newest refresh token', async () => {
    await paste(quilt.newCode());
    pass(life);
    const tokens = await Promise.all(Array.from({ length: 50 }, token));
    expect(new Set(tokens)).toEqual(new Set([quilt.issued[1]]));
    expect(exchanged()).toHaveLength(2);
    expect(quilt.refreshTokens.size).toBe(1);
    const [kept] = quilt.refreshTokens.keys();
    expect(await scene.stored('quilt')).toContain(kept);
    pass(life);
    expect(await token()).toBe(quilt.issued[2]);
  });

  it('goes on after a restart', async () => {
    await paste(quilt.newCode());
    await scene.restart();
    expect(await token()).toBe(quilt.issued[0]);
    pass(life);
    expect(await token()).toBe(quilt.issued[1]);
  });

  it.each(['200_with_error', 'status_401'] as const)(
    'that the registry does not renew (%s) is not given up at once',
    async (refusal) => {
      quilt.switches.refusal = refusal;
      await paste(quilt.newCode());
      quilt.person.active = false;
      pass(life);
      expect(await failureOf(scene.token('quilt'))).toMatchObject({ code: 'temporarily_unavailable' });
      expect(await scene.state('quilt')).toBe('degraded/refused');
      expect((await scene.broker.account('quilt')).reason_detail).toContain('Invalid refresh token');
      quilt.person.active = true;
      pass(60);
      expect(await token()).toBe(quilt.issued[1]);
      expect(await scene.state('quilt')).toBe('active');
    },
  );

  it('that was refused three times in two minutes is offered a sign-in, and goes on if the registry comes round', async () => {
    await paste(quilt.newCode());
    quilt.person.active = false;
    pass(life);
    const codes: string[] = [];
    for (let attempt = 0; attempt < 4; attempt += 1) {
      codes.push((await failureOf(scene.token('quilt'))).code);
      pass(70);
    }
    expect(codes.at(0)).toBe('temporarily_unavailable');
    expect(codes.at(-1)).toBe('login_required');
    const [kept] = quilt.refreshTokens.keys();
    expect(await scene.stored('quilt')).toContain(kept);
    quilt.person.active = true;
    pass(900);
    expect(await token()).toBe(quilt.issued[1]);
  });

  it('stays in force where another sign-in is refused', async () => {
    await paste(quilt.newCode());
    await failureOf(paste('rt-of-yesterday'));
    expect(await token()).toBe(quilt.issued[0]);
  });

  it('is not lost with the answer of the registry where the registry forgives it', async () => {
    await paste(quilt.newCode());
    pass(life);
    quilt.faults.add(tokenPath, { kind: 'reset' });
    expect(await token()).toBe(quilt.issued[1]);
  });

  it('is not sent to another registry that the catalog names later: the old one goes on', async () => {
    await paste(quilt.newCode());
    quilt.switches.registryUrl = other.url;
    pass(life + 1);
    expect(await token()).toBe(quilt.issued[1]);
    expect(await scene.token('quilt')).toMatchObject({ service_url: quilt.url });
    expect(other.requests).toEqual([]);
    expect(await scene.broker.test('quilt', {}, caller)).toMatchObject({ ok: true, who: 'kim@example.com' });
    expect(other.requests).toEqual([]);
    expect(scene.notices.shown.map(({ title }) => title)).toContain(`Quilt has moved to ${new URL(other.url).host}`);
  });

  it('is over where the registry that began it is gone, and the new one gets nothing', async () => {
    quilt.switches.registryUrl = other.url;
    await paste(other.newCode());
    quilt.switches.registryUrl = quilt.url;
    await other.close();
    other = await startQuilt();
    pass(life + 1);
    await failureOf(scene.token('quilt'));
    expect(await scene.state('quilt')).toBe('login_required/registration_changed');
    expect(exchanged()).toEqual([]);
    await paste(quilt.newCode());
    expect(await scene.token('quilt')).toMatchObject({ access_token: quilt.issued[0], service_url: quilt.url });
  });

  it('of another catalog is not used, and that one gets nothing', async () => {
    await paste(quilt.newCode());
    scene.configure(config(other.url));
    expect(await scene.state('quilt')).toBe('login_required/registration_changed');
    expect(await failureOf(scene.token('quilt'))).toMatchObject({ code: 'login_required' });
    expect(other.requests).toEqual([]);
    scene.configure(config(quilt.url));
    expect(await token()).toBe(quilt.issued[0]);
  });

  it('has one token, and none for another audience', async () => {
    await paste(quilt.newCode());
    expect(await failureOf(scene.token('quilt', { audience: 'https://elsewhere.example' }))).toMatchObject({
      code: 'invalid_request',
    });
    expect(exchanged()).toHaveLength(1);
  });

  it('that the registry has ended before its time is renewed by the test', async () => {
    await paste(quilt.newCode());
    quilt.clockOffset += (life + 1) * 1_000;
    expect(await scene.broker.test('quilt', {}, caller)).toMatchObject({ ok: true, who: 'kim@example.com' });
    expect(await token()).toBe(quilt.issued[1]);
  });

  it('is forgotten at sign-out, which says what goes on', async () => {
    await paste(quilt.newCode());
    expect(await scene.broker.logout('quilt', { revoke: true })).toEqual({
      account: 'quilt',
      revocation: 'not_asked',
      detail: 'Quilt ends no session on request: the one in your browser goes on',
    });
    expect(await scene.stored('quilt')).toBe('{}');
    expect(exchanged()).toHaveLength(1);
  });
});

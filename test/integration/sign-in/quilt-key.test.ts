import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { row } from '../../rows/row.ts';
import { caller, failureOf } from '../../support/broker.ts';
import { GrantScene } from '../../support/grant-scene.ts';
import { type Quilt, startQuilt } from '../../support/vendors/quilt/quilt.ts';

let quilt: Quilt;
let other: Quilt;
let scene: GrantScene;

const hour = 3_600_000;
const config = (url: string): string => `accounts:\n  quilt: { service: quilt, grant: api_key, url: "${url}" }\n`;

beforeEach(async () => {
  [quilt, other] = await Promise.all([startQuilt(), startQuilt()]);
  scene = new GrantScene(config(quilt.url));
  await scene.broker.start();
});

afterEach(async () => {
  await scene.close();
  await Promise.all([quilt.close(), other.close()]);
});

const key = (at = quilt): string => at.addKey('ci', 90).secret;
const enter = (api_key: string, options = {}) => scene.enter({ api_key }, 'quilt', options);
/** An hour later the catalog is asked again. */
const laterTest = async () => {
  scene.clock.advance(hour + 1);
  return await scene.broker.test('quilt', {}, caller);
};

describe('an API key of Quilt', () => {
  it('is tried at the registry that the catalog names', async () => {
    quilt.switches.registryUrl = other.url;
    const secret = key(other);
    await enter(secret);
    expect(quilt.requests.map(({ method, path }) => `${method} ${path}`)).toEqual(['GET /config.json']);
    expect(quilt.requests[0]?.headers.authorization).toBeUndefined();
    expect(other.requests.map(({ method, path }) => `${method} ${path}`)).toEqual(['POST /graphql']);
    expect(await scene.broker.account('quilt')).toMatchObject({
      state: 'active',
      subject: { name: 'kim@example.com' },
    });
    expect(await scene.token('quilt')).toMatchObject({
      access_token: secret,
      service_url: other.url,
      authorization: { header: 'Authorization', value: `Bearer ${secret}` },
    });
    expect(await scene.broker.test('quilt', {}, caller)).toMatchObject({
      ok: true,
      checked: true,
      who: 'kim@example.com',
    });
    await scene.broker.test('quilt', {}, caller);
    expect(quilt.to('/config.json')).toHaveLength(2);
    expect(scene.log.lines.join()).not.toContain(secret);
  });

  it.each([
    ['without its prefix', 'QK-0123456789abcdef0123456789', 'a Quilt API key begins with qk_'],
    ['with a line break in it', 'qk_0123456789\nabcdef0123456789', 'Key has characters that no key has'],
    ['with a space in it', 'qk_0123456789 abcdef0123456789', 'has a space or a line break in it'],
    ['as its fingerprint', 'qk_abc...xyz', 'this is the fingerprint that Quilt shows'],
    ['cut off', 'qk_0123', 'was probably cut off'],
  ])('that is entered %s is sent nowhere, and told so without a word of it', async (_how, value, message) => {
    row('Q32');
    const failure = await failureOf(enter(value));
    expect(failure).toMatchObject({ code: 'invalid_request' });
    expect(String(failure.message).toLowerCase()).toContain(message.toLowerCase());
    expect(failure.message).not.toContain(value);
    expect(quilt.requests).toEqual([]);
  });

  it('has the white space around it cut', async () => {
    await enter(`  ${key()}\r\n`);
    expect(await scene.state('quilt')).toBe('active');
  });

  it.each([
    ['unknown', () => 'qk_0123456789abcdef0123456789', 'INVALID'],
    ['expired', () => quilt.addKey('old', -1).secret, 'EXPIRED'],
  ])('that is %s is refused, and not stored', async (_what, secret, errorCode) => {
    expect(await failureOf(enter(secret()))).toMatchObject({
      code: 'access_denied',
      message: expect.stringMatching(/^Quilt does not accept the key or session: .*; nothing was stored$/),
    });
    expect(quilt.audit.at(-1)).toMatchObject({ errorCode });
    expect(await scene.stored('quilt')).toBe('{}');
  });

  it('is not taken for good where the registry answers 200 with errors, or names nobody', async () => {
    const secret = key();
    quilt.faults.add('/graphql', { kind: 'reply', status: 200, body: { data: null, errors: [{ message: 'down' }] } });
    expect(await failureOf(enter(secret))).toMatchObject({ code: 'temporarily_unavailable' });
    quilt.faults.add('/graphql', { kind: 'reply', status: 200, body: { data: { me: null } } });
    expect(await failureOf(enter(secret))).toMatchObject({ code: 'access_denied' });
    expect(await scene.stored('quilt')).toBe('{}');
  });

  it('is not sent to another registry that the catalog names later, nor handed out any more', async () => {
    const secret = key();
    await enter(secret);
    quilt.switches.registryUrl = other.url;
    expect(await laterTest()).toMatchObject({
      ok: false,
      error: 'misconfigured',
      cause: expect.stringContaining(`the catalog now names ${new URL(other.url).host}`),
    });
    expect(other.requests).toEqual([]);
    expect(await scene.state('quilt')).toBe('degraded/misconfigured');
    expect(await failureOf(scene.token('quilt'))).toMatchObject({ code: 'misconfigured', fix: 'renew_sign_in' });
    const next = key(other);
    await enter(next);
    expect(await scene.token('quilt')).toMatchObject({ access_token: next, service_url: other.url });
  });

  it('is not sent to another catalog of the configuration', async () => {
    await enter(key());
    scene.configure(config(other.url));
    expect(await failureOf(scene.token('quilt'))).toMatchObject({ code: 'misconfigured', fix: 'renew_sign_in' });
    expect(other.requests).toEqual([]);
  });

  it('that is kept unchecked belongs to the first registry it is sent to', async () => {
    const secret = key();
    quilt.faults.add('/graphql', { kind: 'reply', status: 500, body: 'down' }, 3);
    const entered = enter(secret, { unchecked: true });
    for (let turn = 0; turn < 400 && (await Promise.race([entered.then(() => true), tick()])) !== true; turn += 1) {
      const next = scene.clock.untilNextTimer;
      if (next !== undefined && next <= 5_000) scene.clock.advance(next);
    }
    expect(await scene.token('quilt')).not.toHaveProperty('service_url');
    expect(await scene.broker.test('quilt', {}, caller)).toMatchObject({ ok: true });
    expect(await scene.token('quilt')).toMatchObject({ service_url: quilt.url });
    quilt.switches.registryUrl = other.url;
    expect(await laterTest()).toMatchObject({ ok: false, error: 'misconfigured' });
    expect(other.requests).toEqual([]);
  });

  it('needs the url of a catalog', () => {
    expect(() => scene.configure('accounts:\n  quilt: { service: quilt, grant: api_key }\n')).toThrow('url is missing');
  });
});

const tick = (): Promise<false> => new Promise((resolve) => setTimeout(() => resolve(false), 5));

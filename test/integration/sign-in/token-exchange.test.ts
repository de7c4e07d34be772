import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { interpretConfig } from '../../../core/config/interpret-config.ts';
import { caller, failureOf, type Laboratory, startLaboratory } from '../../support/broker.ts';
import { GrantScene } from '../../support/grant-scene.ts';
import { startScriptedServer } from '../../support/scripted-server.ts';
import { type ExchangeLog, registerTokenExchange, tokenExchangeGrant } from '../../support/token-exchange.ts';

let log: ExchangeLog;
let lab: Laboratory;

/** `api` is made from `lab`, and `deep` from `api`; `robot` knows a client secret. */
const further = (issuer: string): string =>
  [
    `  api: { service: oidc, issuer: "${issuer}", client_id: exchanger, grant: token_exchange, subject_account: lab, audience: api }`,
    `  deep: { service: oidc, issuer: "${issuer}", client_id: exchanger, grant: token_exchange, subject_account: api }`,
  ].join('\n');

beforeEach(async () => {
  log = { asked: [], lifetime: 600 };
  lab = await startLaboratory({
    server: {
      clients: [{ clientId: 'keytray' }, { clientId: 'exchanger', grantTypes: [tokenExchangeGrant] }],
      extend: (provider) => registerTokenExchange(provider, log),
    },
    more: further,
  });
  await lab.broker.start();
});
afterEach(async () => {
  await lab.broker.stop();
  await lab.close();
});

const token = (account = 'api', request: Parameters<Laboratory['broker']['token']>[1] = {}) =>
  lab.broker.token(account, request, caller);
const state = async (account = 'api'): Promise<string> => {
  const { state: name, reason } = await lab.broker.account(account);
  return reason === undefined ? name : `${name}/${reason}`;
};

describe('an account whose token is exchanged for that of another one', () => {
  it('asks for it as RFC 8693 says, once for all, and not again after a restart', async () => {
    await lab.signIn();
    const subject = await token('lab');
    const answers = await Promise.all(Array.from({ length: 20 }, () => token()));
    expect(new Set(answers.map(({ access_token }) => access_token)).size).toBe(1);
    expect(answers[0]?.access_token).not.toBe(subject.access_token);
    expect(log.asked).toEqual([
      expect.objectContaining({
        grant_type: tokenExchangeGrant,
        subject_token: subject.access_token,
        subject_token_type: 'urn:ietf:params:oauth:token-type:access_token',
        audience: 'api',
      }),
    ]);
    const again = await lab.restarted();
    await again.start();
    expect((await again.token('api', {}, caller)).access_token).toBe(answers[0]?.access_token);
    expect(log.asked).toHaveLength(1);
    await again.stop();
  });

  it('whose subject is signed out is told by its name, and is not signed out itself', async () => {
    expect(await failureOf(token())).toMatchObject({
      code: 'login_required',
      account: 'lab',
      loginId: expect.any(String),
    });
    expect(await state()).toBe('degraded/login_required');
    expect(lab.notices.shown.at(-1)?.title).toContain('lab');
    await lab.signIn();
    expect(await state()).toBe('active');
    expect((await token()).expires_in).toBeGreaterThan(500);
  });

  it('is forgotten when the subject signs out, and with it what was made from it', async () => {
    await lab.signIn();
    await token('deep');
    expect(log.asked).toHaveLength(2);
    await lab.broker.logout('lab', { revoke: true });
    expect(await lab.store.read('api')).toEqual({ kind: 'empty' });
    expect(await lab.store.read('deep')).toEqual({ kind: 'empty' });
    expect(await failureOf(token('deep'))).toMatchObject({ code: 'login_required', account: 'lab' });
  });

  it('is asked for anew when somebody else has signed in to the subject', async () => {
    await lab.signIn();
    const { access_token: before } = await token();
    await lab.signIn('grace', { switch: true });
    const { access_token: after } = await token();
    expect(after).not.toBe(before);
    expect((await lab.server.introspect(after ?? '')).sub).toBe('grace');
  });

  it('that is under way when somebody signs in anew is waited for, and then asked for again', async () => {
    await lab.signIn();
    await token();
    const { promise: held, resolve: release } = Promise.withResolvers<void>();
    log.held = held;
    const waiting = token('api', { force: true });
    await expect.poll(() => log.asked.length).toBe(2);
    await lab.signIn('grace', { switch: true });
    release();
    expect((await waiting).access_token).toEqual(expect.any(String));
    await expect.poll(async () => (await lab.store.read('api')).kind).toBe('empty');
    const { access_token: after } = await token();
    expect((await lab.server.introspect(after ?? '')).sub).toBe('grace');
  });

  it('keeps nothing of a sign-in that ended while nobody was there to forget it', async () => {
    await lab.signIn();
    await token();
    await lab.broker.stop();
    await lab.store.remove('lab');
    const next = await lab.restarted();
    await next.start();
    expect(await failureOf(next.token('api', {}, caller))).toMatchObject({ code: 'login_required', account: 'lab' });
    await next.stop();
  });

  it('is asked for again without a person when it ends, and the subject no more often than it must be', async () => {
    log.lifetime = 100;
    await lab.signIn();
    const first = await token();
    const refreshes = lab.refreshes();
    lab.clock.skip(90_000);
    expect((await token()).access_token).not.toBe(first.access_token);
    expect(lab.refreshes()).toBe(refreshes);
  });

  it('for another audience is exchanged for that one', async () => {
    await lab.signIn();
    await token('api', { audience: 'other' });
    expect(log.asked).toEqual([expect.objectContaining({ audience: 'other' })]);
    expect(await failureOf(token('api', { audience: 'nowhere' }))).toMatchObject({ code: 'misconfigured' });
    expect(await state()).toBe('active');
  });

  it('is degraded where the server refuses the exchange, and never asks for a sign-in of its own', async () => {
    await lab.signIn();
    const { access_token } = await token('lab');
    await fetch(`${lab.server.issuer}/token/revocation`, {
      method: 'POST',
      body: new URLSearchParams({ token: access_token ?? '', client_id: 'keytray' }),
    });
    expect(await failureOf(token())).toMatchObject({ code: 'access_denied', account: 'api' });
    expect(await state()).toBe('degraded/access_denied');
  });
});

describe('an assertion (RFC 7523)', () => {
  it('is the ID token of the subject, where the account says so', async () => {
    const server = await startScriptedServer(({ form }) => ({
      body: { access_token: `for-${form.assertion}`, token_type: 'Bearer', expires_in: 600 },
    }));
    const common = `service: oauth, client_id: c, token_endpoint: "${server.url}/token"`;
    await using stubs = await (await import('../../support/stub-programs.ts')).StubPrograms.create();
    await stubs.prints('tool', 'subject-token');
    const { SystemPrograms } = await import('../../../core/platform/system-programs.ts');
    const { ManualClock } = await import('../../support/manual-clock.ts');
    const scene = new GrantScene(
      `accounts:\n  mine: { ${common}, grant: command, command: [tool] }\n  m2m: { ${common}, grant: token_exchange, subject_account: mine, exchange: jwt-bearer, scopes: [read], resource: "https://api.example" }\n`,
      { programs: new SystemPrograms({ env: { PATH: stubs.path }, clock: new ManualClock() }) },
    );
    await scene.broker.start();
    expect(await scene.token()).toMatchObject({ access_token: 'for-subject-token' });
    expect(server.requests[0]?.form).toEqual({
      grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer',
      assertion: 'subject-token',
      scope: 'read',
      resource: 'https://api.example',
      client_id: 'c',
    });
    await stubs.write('tool', 'exit 3');
    scene.clock.advance(700_000);
    expect(await failureOf(scene.token())).toMatchObject({
      code: 'access_denied',
      account: 'm2m',
      message: expect.stringMatching(/no token of mine: tool ended with status 3/),
    });
    await scene.close();
    await server.close();
  });
});

it('a ring of accounts is an error of the configuration', () => {
  const account = (subject: string) =>
    `{ service: oauth, client_id: c, token_endpoint: "https://id.example/token", grant: token_exchange, subject_account: ${subject} }`;
  const text = `accounts:\n  a: ${account('b')}\n  b: ${account('c')}\n  c: ${account('a')}\n`;
  const read = interpretConfig([{ file: 'config.yaml', text }]);
  expect(read.kind === 'invalid' && read.errors[0]?.message).toBe('leads back to itself (a → b → c → a)');
});

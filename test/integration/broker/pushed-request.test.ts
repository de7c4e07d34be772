import { afterEach, expect, it } from 'vitest';
import { signInWithForms } from '../../../demo/built-in-user-agent.ts';
import { caller, failureOf, type Laboratory, startLaboratory } from '../../support/broker.ts';
import { cookiesOf, send } from '../../support/redirect-scene.ts';

let lab: Laboratory | undefined;
afterEach(() => lab?.close());

async function start(more?: (issuer: string) => string): Promise<Laboratory> {
  lab = await startLaboratory({ server: { pushedRequests: 'required' }, ...(more === undefined ? {} : { more }) });
  return lab;
}

/** Visits the start address as a browser does. */
const visit = (address: string, cookie = '') => {
  const { port, pathname } = new URL(address);
  return send(Number(port), pathname, { headers: { 'sec-fetch-mode': 'navigate', cookie } });
};
const pushedNameIn = (location: unknown): string | null => new URL(String(location)).searchParams.get('request_uri');

it('a browser that opens the start address again is sent off with a request that was not used yet', async () => {
  const { broker, server } = await start();
  const { authorization_url: address = '', login_id: id } = await broker.startLogin('lab', { user_agent: 'browser' });
  expect(server.requests.pushed_authorization_request).toBe(1);
  const first = await visit(address);
  const again = await visit(address, cookiesOf(first));
  const names = [first, again].map(({ headers }) => pushedNameIn(headers.location));
  expect(new Set([...names, null]).size).toBe(3);
  expect(server.requests.pushed_authorization_request).toBe(2);
  await signInWithForms(String(again.headers.location), { login: 'ada' }).catch(() => undefined);
  await expect.poll(() => broker.login(id).confirm).toEqual({ who: 'ada' });
});

it('a server that is gone when the browser comes is told on the page and where the login is waited for', async () => {
  const { broker, server } = await start();
  const { authorization_url: address = '', login_id: id } = await broker.startLogin('lab', { user_agent: 'browser' });
  const cookie = cookiesOf(await visit(address));
  await server.close();
  const page = await visit(address, cookie);
  expect([page.status, page.body]).toEqual([503, expect.stringContaining('does not accept connections')]);
  expect(page.body).toContain('The sign-in to lab could not be started.');
  expect(broker.login(id)).toMatchObject({
    state: 'started',
    note: expect.stringContaining('does not accept connections'),
  });
});

it('whoever opens the address themselves is told how long it is good for, and gets another one by asking again', async () => {
  const { broker } = await start();
  const first = await broker.startLogin('lab', { user_agent: 'none' });
  expect(broker.login(first.login_id).note).toMatch(
    /^open the address within (?:49|50) s; after that, start the sign-in/,
  );
  const second = await broker.startLogin('lab', { user_agent: 'none' });
  expect(second.login_id).toBe(first.login_id);
  expect(pushedNameIn(second.authorization_url)).not.toBe(pushedNameIn(first.authorization_url));
  await signInWithForms(second.authorization_url ?? '', { login: 'ada' });
  expect(await broker.waitForLogin(first.login_id, 10, caller.signal)).toMatchObject({ state: 'succeeded' });
});

it('a client that the server does not know fails at once, and no browser opens', async () => {
  const { broker, browsers } = await start(
    (issuer) => `  unknown: { service: oidc, issuer: ${issuer}, client_id: not-registered, store: memory }\n`,
  );
  const failure = await failureOf(broker.startLogin('unknown', { user_agent: 'browser' }));
  expect(failure).toMatchObject({ code: 'misconfigured', fix: 'check_client', account: 'unknown' });
  expect(browsers.opened).toEqual([]);
  expect((await broker.status()).logins).toEqual([]);
});

import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { NodeHttp } from '../../../core/http/node-http.ts';
import { startBlackHole } from '../../support/vendors/black-hole.ts';
import { badGateway, type Dataiku, knownKeys, startDataiku } from '../../support/vendors/dataiku/dataiku.ts';

/** The answers that Dataiku's client for Python got (transcript.md), to every form a key can be sent in. */

let dataiku: Dataiku;
beforeAll(async () => {
  dataiku = await startDataiku();
});
afterAll(() => dataiku.close());
afterEach(() => dataiku.faults.clear());

const basic = (text: string) => ({ authorization: `Basic ${Buffer.from(text).toString('base64')}` });
const byUser = (key: string) => basic(`${key}:`);

async function ask(path: string, headers: Record<string, string>, method = 'GET', body?: object) {
  const reply = await fetch(`${dataiku.url}${path}`, {
    method,
    headers,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await reply.text();
  const json: unknown = text.startsWith('{') || text.startsWith('[') ? JSON.parse(text) : text;
  return { status: reply.status, body: json, retryAfter: reply.headers.get('retry-after') };
}

const me = '/public/api/auth/info?withSecrets=false';
const unknownKey = { status: 401, body: { errorType: 'com.dataiku.dip.exceptions.NotAuthenticatedException' } };

describe('a key', () => {
  it.each([
    ['as the user', byUser(knownKeys.personal), 'basic_user'],
    ['as the password', basic(`:${knownKeys.personal}`), 'basic_password'],
    ['as a bearer token', { authorization: `Bearer ${knownKeys.personal}` }, 'bearer'],
    ['as the ticket of a job', { 'x-dku-apiticket': 'ticket-0123456789abcdef' }, 'ticket'],
  ])('is taken %s', async (_, headers, form) => {
    expect((await ask(me, headers)).body).toEqual({ authIdentifier: 'kim', groups: ['data_team', 'readers'] });
    expect((await ask(me.replace('/public/api', '/dip/publicapi'), headers)).status).toBe(200);
    expect(dataiku.presented.at(-1)).toBe(form);
  });

  it.each([
    ['none', {}],
    ['an unknown one', byUser('nope')],
    ['an expired one', byUser(knownKeys.expired)],
    ['one as user and password', basic(`${knownKeys.personal}:${knownKeys.personal}`)],
    ['one beside a ticket', { ...byUser(knownKeys.personal), 'x-dku-apiticket': 'ticket-0123456789abcdef' }],
    ['another ticket', { 'x-dku-apiticket': knownKeys.personal }],
  ])('is refused: %s', async (_, headers) => expect(await ask(me, headers)).toMatchObject(unknownKey));

  it('says nothing of a project it does not reach, and calls that 401 too', async () => {
    const path = '/public/api/projects/OTHER/metadata';
    expect((await ask(path, byUser(knownKeys.personal))).status).toBe(200);
    for (const [where, key] of [
      [path, knownKeys.project],
      ['/public/api/projects/My%20project/metadata', knownKeys.personal],
    ] as const) {
      expect(await ask(where, byUser(key))).toMatchObject({
        status: 401,
        body: { message: 'Failed to read project permissions' },
      });
    }
  });

  it('may be one too many, every third time', async () => {
    const replies = [];
    for (let count = 0; count < 3; count += 1) replies.push(await ask(me, byUser(knownKeys.rateLimited)));
    expect(replies.map(({ status }) => status)).toEqual([200, 200, 429]);
    expect(replies[2]?.retryAfter).toBe('1');
  });
});

describe('the list of keys', () => {
  const own = '/public/api/personal-api-keys/';
  it('shows a secret once, or always where the instance is set so', async () => {
    const made = await ask(own, byUser(knownKeys.personal), 'POST', { label: 'ci', description: '' });
    const { id, key } = made.body as { readonly id: string; readonly key: string };
    expect(await ask(me, byUser(key))).toMatchObject({ status: 200, body: { authIdentifier: 'kim' } });
    expect(JSON.stringify((await ask(own, byUser(key))).body)).not.toContain(key);
    dataiku.switches.secureKeys = false;
    expect(JSON.stringify((await ask(own, byUser(key))).body)).toContain(key);
    dataiku.switches.secureKeys = true;
    expect((await ask(`${own}${id}`, byUser(key), 'DELETE')).status).toBe(204);
    expect(await ask(me, byUser(key))).toMatchObject(unknownKey);
  });

  it('of all is for administrators, and global keys have no personal ones', async () => {
    expect((await ask('/public/api/admin/global-api-keys/', byUser(knownKeys.personal))).status).toBe(403);
    expect((await ask('/public/api/admin/global-api-keys/', byUser(knownKeys.admin))).body).toHaveLength(1);
    expect((await ask(own, byUser(knownKeys.global))).status).toBe(403);
  });
});

it('an API node takes the kind of credential that the service is set to', async () => {
  const at = (service: string) => `/public/api/v1/${service}/ep/predict`;
  const token = { authorization: `Bearer ${dataiku.switches.serviceToken}` };
  expect((await ask(at('by-key'), byUser(knownKeys.personal), 'POST', {})).status).toBe(200);
  expect((await ask(at('by-token'), token, 'POST', {})).status).toBe(200);
  expect((await ask(at('by-token'), byUser(knownKeys.personal), 'POST', {})).status).toBe(401);
  expect((await ask(at('by-key'), token, 'POST', {})).status).toBe(401);
});

it('a page of a proxy is no JSON, and a black hole takes a connection and says nothing', async () => {
  dataiku.faults.add(/auth/, badGateway);
  expect(await ask(me, byUser(knownKeys.personal))).toMatchObject({
    status: 502,
    body: expect.stringMatching(/^<html>/),
  });
  const hole = await startBlackHole();
  const silent = fetch(`http://127.0.0.1:${hole.port}/`, { signal: AbortSignal.timeout(300) });
  await expect(silent).rejects.toThrow('timeout');
  await hole.close();
});

describe('over TLS', () => {
  it.each([
    ['good', undefined],
    ['expired', 'CERT_HAS_EXPIRED'],
    ['wrong_name', 'ERR_TLS_CERT_ALTNAME_INVALID'],
    ['self_signed', 'DEPTH_ZERO_SELF_SIGNED_CERT'],
  ] as const)('with a %s certificate', async (kind, code) => {
    const instance = await startDataiku({ tls: kind });
    const fetchWith = (ca: string | undefined) => new NodeHttp({ variables: {} }).fetchFor({ ca, verify: true });
    const reach = fetchWith(instance.authority?.file)(`${instance.url}${me}`, { headers: byUser(knownKeys.personal) });
    if (code === undefined) expect((await reach).status).toBe(200);
    else expect(codesOf(await reach.catch((error: unknown) => error))).toContain(code);
    const stranger = await fetchWith(undefined)(`${instance.url}${me}`).catch((error: unknown) => error);
    expect(codesOf(stranger)).toHaveLength(1);
    await instance.close();
  });
});

/** The system's names of what went wrong, from the outermost error in. */
function codesOf(error: unknown): readonly string[] {
  if (!(error instanceof Error)) return [];
  return [...('code' in error ? [String(error.code)] : []), ...codesOf(error.cause)];
}

import { afterEach, describe, expect, it } from 'vitest';
import { NodeHttp } from '../../../core/http/node-http.ts';
import { discoverAuthorizationServer } from '../../../core/oauth/authorization-server.ts';
import { completeIdentity } from '../../../core/oauth/identity.ts';
import type { Identity, TokenReply } from '../../../core/oauth/token-reply.ts';
import { Secret } from '../../../core/secret.ts';
import type { AccountSettings } from '../../../core/services/service.ts';
import { accountSettings, fetchOf, noEndpoints } from '../../support/authorization-server.ts';
import { type ScriptedServer, startScriptedServer } from '../../support/scripted-server.ts';

let server: ScriptedServer | undefined;
afterEach(() => server?.close());

const issuer = 'https://login.example';

/** Who is known after asking a server whose userinfo says `claims`, and how often it was asked. */
async function complete(identity: Identity | undefined, claims: unknown, more: Partial<AccountSettings> = {}) {
  const started = await startScriptedServer(() => ({ body: claims }));
  server = started;
  const settings = accountSettings({
    issuer,
    ...more,
    endpoints: {
      ...noEndpoints,
      authorizationEndpoint: `${started.url}/auth`,
      tokenEndpoint: `${started.url}/token`,
      userinfoEndpoint: `${started.url}/userinfo`,
    },
  });
  const found = await discoverAuthorizationServer(settings, {
    fetch: fetchOf(new NodeHttp()),
    clientSecret: undefined,
  });
  const reply: TokenReply = {
    accessToken: new Secret('the-access-token'),
    tokenType: 'bearer',
    refreshToken: undefined,
    idToken: undefined,
    scope: undefined,
    expiresIn: 3600,
    loginExpiresIn: undefined,
    identity,
    clockSkew: undefined,
  };
  const completed = await completeIdentity(found, reply);
  return { completed, asked: started.requests.map(({ headers }) => headers.authorization) };
}

const asked = ['Bearer the-access-token'];
const ada: Identity = { issuer, subject: '1', email: undefined, name: undefined };

describe('who signed in', () => {
  it('is asked of the server where there is no ID token', async () => {
    expect(await complete(undefined, { sub: '1', email: 'ada@x', preferred_username: 'ada' })).toEqual({
      completed: { issuer, subject: '1', email: 'ada@x', name: 'ada' },
      asked,
    });
  });

  it.each<[string, Partial<Identity>, Partial<Identity>]>([
    ['an address, and keeps the name', { name: 'Ada' }, { email: 'a@x', name: 'Ada' }],
    ['a name, and keeps the address', { email: 'old@x' }, { email: 'old@x', name: 'ada' }],
  ])('is asked for %s', async (_what, known, completed) => {
    const claims = { sub: '1', email: 'a@x', preferred_username: 'ada' };
    expect(await complete({ ...ada, ...known }, claims)).toEqual({ completed: { ...ada, ...completed }, asked });
  });

  it('is not asked where both are known', async () => {
    const known = { ...ada, email: 'a@x', name: 'Ada' };
    expect(await complete(known, { sub: '2' })).toEqual({ completed: known, asked: [] });
  });

  it('is asked who vouches for the address, where the account expects one', async () => {
    const expected = { expect: { issuer: undefined, subject: undefined, email: 'a@x' } };
    const known = { ...ada, email: 'a@x', name: 'Ada' };
    expect(await complete(known, { sub: '1', email: 'a@x', email_verified: true }, expected)).toEqual({
      completed: { ...known, emailVerified: true },
      asked,
    });
    await server?.close();
    const vouched = { ...known, emailVerified: true };
    expect(await complete(vouched, { sub: '1' }, expected)).toEqual({ completed: vouched, asked: [] });
    await server?.close();
    // The address that is vouched for counts, not the one that happens to be expected.
    expect((await complete(known, { sub: '1', email: 'b@x', email_verified: true }, expected)).completed?.email).toBe(
      'b@x',
    );
  });

  it('is not asked where no issuer stands for the answer', async () => {
    expect(await complete(undefined, { sub: '1', email: 'a@x' }, { issuer: undefined })).toEqual({
      completed: undefined,
      asked: [],
    });
  });

  it('stays as known where the answer is none', async () => {
    expect(await complete(ada, { email: 'a@x' })).toEqual({ completed: ada, asked });
    await server?.close();
    expect(await complete(undefined, 'Wait')).toEqual({ completed: undefined, asked });
  });
});

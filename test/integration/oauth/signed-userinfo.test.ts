import { createHmac } from 'node:crypto';
import { exportJWK, exportSPKI, generateKeyPair, type JWTPayload, SignJWT } from 'jose';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { NodeHttp } from '../../../core/http/node-http.ts';
import { discoverAuthorizationServer } from '../../../core/oauth/authorization-server.ts';
import { completeIdentity } from '../../../core/oauth/identity.ts';
import type { Identity } from '../../../core/oauth/token-reply.ts';
import { Secret } from '../../../core/secret.ts';
import { accountSettings, fetchOf, startAuthorizationServer } from '../../support/authorization-server.ts';
import { logIn } from '../../support/browser-login.ts';
import { type ScriptedServer, startScriptedServer } from '../../support/scripted-server.ts';

const clientSecret = 'a-client-secret-that-is-long-enough-for-HS512-to-be-computed-under-it';

describe('userinfo that a real server signs', () => {
  it.each([
    ['ES256', undefined],
    ['ES256', clientSecret],
    ['HS256', clientSecret],
    ['HS384', clientSecret],
    ['HS512', clientSecret],
  ] as const)('says who signed in: %s', async (userinfoAlgorithm, secret) => {
    const client = {
      clientId: 'keytray',
      userinfoAlgorithm,
      ...(secret === undefined ? {} : { clientSecret: secret }),
    };
    const server = await startAuthorizationServer({ clients: [client] });
    try {
      const settings = accountSettings({ issuer: server.issuer });
      const options = secret === undefined ? {} : { clientSecret: new Secret(secret) };
      const { outcome } = await logIn(settings, { login: 'ada', ...options });
      if (outcome instanceof Error) throw outcome;
      // The ID token names the subject alone: the rest is from userinfo.
      const known = { subject: 'ada', name: 'ada', email: 'ada@demo.example', emailVerified: true };
      expect(outcome.identity).toMatchObject(known);
      expect(server.requests.userinfo).toBe(1);
    } finally {
      await server.close();
    }
  });
});

describe('userinfo that is not signed by the server for this client', () => {
  const { promise: pair, resolve } = Promise.withResolvers<Awaited<ReturnType<typeof generateKeyPair>>>();
  void generateKeyPair('ES256', { extractable: true }).then(resolve);
  let server: ScriptedServer;
  let userinfo: string;
  beforeEach(async () => {
    const { publicKey } = await pair;
    const keys = [{ ...(await exportJWK(publicKey)), kid: 'k', alg: 'ES256' }];
    server = await startScriptedServer(({ path }) => {
      if (path === '/jwks') return { body: { keys } };
      if (path === '/userinfo')
        return { headers: { 'content-type': 'application/jwt; charset=utf-8' }, body: userinfo };
      const { url } = server;
      return {
        body: {
          issuer: url,
          authorization_endpoint: `${url}/auth`,
          token_endpoint: `${url}/token`,
          userinfo_endpoint: `${url}/userinfo`,
          jwks_uri: `${url}/jwks`,
        },
      };
    });
  });
  afterEach(() => server.close());

  const claims = (): JWTPayload => ({ iss: server.url, aud: ['other', 'keytray'], sub: '1', email: 'ada@x' });
  const byKey = async (payload: JWTPayload): Promise<string> =>
    await new SignJWT(payload).setProtectedHeader({ alg: 'ES256', kid: 'k' }).sign((await pair).privateKey);
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const bySecret = (secret: string): string => {
    const text = `${part({ alg: 'HS256' })}.${part(claims())}`;
    return `${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`;
  };

  /** Who is known in the end: the ID token named only the subject. */
  async function complete(jwt: string, secret?: string): Promise<Identity | undefined> {
    userinfo = jwt;
    const found = await discoverAuthorizationServer(accountSettings({ issuer: server.url }), {
      fetch: fetchOf(new NodeHttp()),
      clientSecret: secret === undefined ? undefined : new Secret(secret),
    });
    return await completeIdentity(found, {
      accessToken: new Secret('the-access-token'),
      tokenType: 'bearer',
      refreshToken: undefined,
      idToken: undefined,
      scope: undefined,
      expiresIn: 3600,
      loginExpiresIn: undefined,
      identity: { issuer: server.url, subject: '1', email: undefined, name: undefined },
      clockSkew: undefined,
    });
  }

  it('would be believed if it were', async () => {
    expect((await complete(await byKey(claims())))?.email).toBe('ada@x');
    expect((await complete(`${bySecret(clientSecret)}\n`, clientSecret))?.email).toBe('ada@x');
  });

  it.each<[string, () => string | Promise<string>, string?]>([
    ['not signed at all', () => `${part({ alg: 'none' })}.${part(claims())}.`],
    ['signed by a public client, which has no secret', () => bySecret('')],
    ['signed under a secret of another client', () => bySecret('of another'), clientSecret],
    ['signed under the published key as a secret', async () => bySecret(await exportSPKI((await pair).publicKey))],
    [
      'signed under the published key as a secret, to a confidential client',
      async () => bySecret(await exportSPKI((await pair).publicKey)),
      clientSecret,
    ],
    ['of another issuer', async () => byKey({ ...claims(), iss: 'https://another.example' })],
    ['for another client', async () => byKey({ ...claims(), aud: 'another' })],
    ['no JWT', () => 'Wait'],
    [
      'changed on its way',
      async () => {
        const [header = '', , signature = ''] = (await byKey(claims())).split('.');
        return `${header}.${part({ ...claims(), email: 'eve@x' })}.${signature}`;
      },
    ],
  ])('changes nothing where it is %s', async (_what, make, secret) => {
    expect(await complete(await make(), secret)).toMatchObject({ subject: '1', email: undefined });
  });

  it('fails the sign-in where it is of another person', async () => {
    await expect(complete(await byKey({ ...claims(), sub: '2' }))).rejects.toMatchObject({
      failure: { kind: 'rejected', what: 'userinfo speaks of another subject than the ID token' },
    });
  });
});

import { createHmac, type KeyObject } from 'node:crypto';
import { type CryptoKey, exportJWK, exportSPKI, generateKeyPair, type JWK, SignJWT } from 'jose';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { NodeHttp } from '../../../core/http/node-http.ts';
import { beginAuthorization } from '../../../core/oauth/authorization-request.ts';
import { completeAuthorization } from '../../../core/oauth/authorization-response.ts';
import { discoverAuthorizationServer } from '../../../core/oauth/authorization-server.ts';
import { refreshTokens } from '../../../core/oauth/refresh-grant.ts';
import type { Refused } from '../../../core/oauth/token-endpoint.ts';
import { Secret } from '../../../core/secret.ts';
import { accountSettings, fetchOf, noEndpoints } from '../../support/authorization-server.ts';
import { type ScriptedServer, startScriptedServer } from '../../support/scripted-server.ts';

const secret = 'gloas-s3cr.t~of_the-client';

let server: ScriptedServer;
/** `id_token_signing_alg_values_supported`; undefined: the metadata lists none. */
let listed: readonly string[] | undefined;
let published: readonly JWK[];
let idToken: string;
let beforeKeys: () => void;
beforeEach(async () => {
  listed = undefined;
  published = [];
  beforeKeys = () => undefined;
  server = await startScriptedServer(({ path }) => {
    if (path === '/token') {
      const tokens = { access_token: 'access', token_type: 'Bearer', refresh_token: 'refresh', expires_in: 60 };
      return { body: { ...tokens, id_token: idToken } };
    }
    if (path === '/jwks') {
      beforeKeys();
      return { body: { keys: published } };
    }
    return {
      body: {
        issuer: server.url,
        authorization_endpoint: `${server.url}/auth`,
        token_endpoint: `${server.url}/token`,
        jwks_uri: `${server.url}/jwks`,
        ...(listed === undefined ? {} : { id_token_signing_alg_values_supported: listed }),
      },
    };
  });
});
afterEach(() => server.close());

const keyRequests = () => server.requests.filter(({ path }) => path === '/jwks').length;
const claims = (nonce?: string) => {
  const now = Math.floor(Date.now() / 1_000);
  return { iss: server.url, sub: 'ada', aud: 'keytray', iat: now, exp: now + 600, nonce };
};

const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
/** By hand: jose would refuse to sign like this. */
const hmac = (algorithm: 'HS256' | 'HS384' | 'HS512', key: string, nonce?: string): string => {
  const text = `${part({ alg: algorithm })}.${part(claims(nonce))}`;
  return `${text}.${createHmac(`sha${algorithm.slice(2)}`, key)
    .update(text)
    .digest('base64url')}`;
};
const signed = (alg: string, key: CryptoKey | KeyObject, kid: string | undefined, nonce?: string): Promise<string> =>
  new SignJWT(claims(nonce)).setProtectedHeader(kid === undefined ? { alg } : { alg, kid }).sign(key);

interface Client {
  readonly clientSecret?: string;
  readonly byHand?: boolean;
  readonly refused?: Refused;
}

const serverFor = async ({ clientSecret, byHand = false }: Client) => {
  const { url } = server;
  const endpoints = byHand
    ? {
        ...noEndpoints,
        authorizationEndpoint: `${url}/auth`,
        tokenEndpoint: `${url}/token`,
        jwksUri: `${url}/jwks`,
      }
    : noEndpoints;
  const settings = accountSettings({ issuer: url, endpoints });
  const as = await discoverAuthorizationServer(settings, {
    fetch: fetchOf(new NodeHttp()),
    clientSecret: clientSecret === undefined ? undefined : new Secret(clientSecret),
  });
  return { as, settings };
};

const signIn = async (make: (nonce: string) => string | Promise<string>, client: Client = {}) => {
  const { as, settings } = await serverFor(client);
  const begun = await beginAuthorization(settings, 'http://127.0.0.1:1/callback');
  idToken = await make(begun.nonce?.reveal() ?? '');
  const url = new URL(`http://127.0.0.1:1/callback?code=the-code&state=${begun.state.reveal()}`);
  return await completeAuthorization(as, begun, url, { refused: client.refused });
};

const refused = (what: string) => ({
  message: expect.stringContaining(what.replace(/:.*/, '')),
  failure: { kind: 'rejected', what: expect.stringContaining(what) },
});

describe('an ID token signed with a key of the server', () => {
  it.each([
    ['RS256', false],
    ['PS256', false],
    ['ES256', false],
    ['EdDSA', false],
    ['RS256', true],
    ['PS256', true],
    ['ES256', true],
    ['EdDSA', true],
  ])('is taken with %s where nothing lists algorithms (endpoints by hand: %s)', async (alg, byHand) => {
    const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
    published = [{ ...(await exportJWK(publicKey)), kid: 'k' }];
    const reply = await signIn((nonce) => signed(alg, privateKey, 'k', nonce), { byHand });
    expect(reply.identity?.subject).toBe('ada');
    expect(keyRequests()).toBe(1);
  });

  it('is refused where the metadata lists others, and the message names the algorithm', async () => {
    listed = ['RS256'];
    const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true });
    published = [{ ...(await exportJWK(publicKey)), kid: 'k' }];
    const attempt = signIn((nonce) => signed('ES256', privateKey, 'k', nonce));
    await expect(attempt).rejects.toMatchObject(refused('ES256: the metadata does not list it'));
  });

  it('is taken without a key id where only one of several keys made it', async () => {
    const pairs = await Promise.all([1, 2, 3].map(() => generateKeyPair('ES256', { extractable: true })));
    published = await Promise.all(pairs.map(({ publicKey }) => exportJWK(publicKey)));
    const [, , last] = pairs;
    const reply = await signIn((nonce) => signed('ES256', last?.privateKey as CryptoKey, undefined, nonce));
    expect(reply.identity?.subject).toBe('ada');
  });
});

describe('an ID token signed with the client secret', () => {
  it.each(['HS256', 'HS384', 'HS512'] as const)('is taken with %s from a confidential client', async (alg) => {
    const reply = await signIn((nonce) => hmac(alg, secret, nonce), { clientSecret: secret });
    expect(reply.identity?.subject).toBe('ada');
    expect(keyRequests()).toBe(0);
  });

  it('is refused under another secret, and the tokens are given back', async () => {
    const back: string[] = [];
    const attempt = signIn((nonce) => hmac('HS512', 'another secret', nonce), {
      clientSecret: secret,
      refused: async ({ refreshToken }) => void back.push(refreshToken?.reveal() ?? ''),
    });
    await expect(attempt).rejects.toMatchObject(refused('HS512: signature verification failed'));
    expect(back).toEqual(['refresh']);
  });

  it('is refused where the metadata does not list the algorithm', async () => {
    listed = ['RS256'];
    const attempt = signIn((nonce) => hmac('HS256', secret, nonce), { clientSecret: secret });
    await expect(attempt).rejects.toMatchObject(refused('HS256: the metadata does not list it'));
  });
});

describe('a forged ID token', () => {
  it.each([
    ['an empty secret', ''],
    ['the client id', 'keytray'],
  ])('is refused from a public client with an HMAC under %s', async (_what, key) => {
    listed = ['HS256', 'RS256'];
    const attempt = signIn((nonce) => hmac('HS256', key, nonce));
    await expect(attempt).rejects.toMatchObject(refused('HS256: the account has no client secret'));
  });

  it.each([
    ['a public client', undefined],
    ['a confidential client', secret],
  ])('is refused from %s with an HMAC under the published key', async (_who, clientSecret) => {
    const { publicKey } = await generateKeyPair('RS256', { extractable: true });
    published = [{ ...(await exportJWK(publicKey)), kid: 'k' }];
    const pem = await exportSPKI(publicKey);
    for (const key of [pem, pem.trimEnd(), JSON.stringify(published[0])]) {
      const attempt = signIn((nonce) => hmac('HS256', key, nonce), clientSecret === undefined ? {} : { clientSecret });
      await expect(attempt).rejects.toMatchObject(refused('HS256'));
    }
  });

  it('is refused with an HMAC under a symmetric key the server publishes', async () => {
    published = [{ kty: 'oct', k: Buffer.from('published').toString('base64url'), kid: 'k' }];
    const attempt = signIn((nonce) => hmac('HS256', 'published', nonce), { clientSecret: secret });
    await expect(attempt).rejects.toMatchObject(refused('HS256'));
  });

  it.each(['none', 'None', 'NONE'])(
    'is refused with the algorithm %s, even where the metadata lists it',
    async (alg) => {
      for (const algorithms of [undefined, [alg, 'none', 'RS256']]) {
        listed = algorithms;
        for (const client of [{}, { clientSecret: secret }]) {
          const attempt = signIn((nonce) => `${part({ alg })}.${part(claims(nonce))}.`, client);
          await expect(attempt).rejects.toMatchObject(refused(`${alg}: an ID token without a signature`));
        }
      }
    },
  );
});

describe('a signing key that is rotated', () => {
  const pair = () => generateKeyPair('ES256', { extractable: true });
  const publish = async (key: CryptoKey, kid: string) => {
    published = [{ ...(await exportJWK(key)), kid, alg: 'ES256', use: 'sig' }];
  };

  it.each(['another id', 'the same id'])('fails no sign-in and no refresh under %s', async (which) => {
    const kid = which === 'the same id' ? 'k' : 'next';
    const [before, after] = await Promise.all([pair(), pair()]);
    await publish(before.publicKey, 'k');
    const { as, settings } = await serverFor({});
    idToken = await signed('ES256', before.privateKey, 'k');
    expect((await refreshTokens(as, settings, new Secret('r'))).identity?.subject).toBe('ada');
    await publish(after.publicKey, kid);
    idToken = await signed('ES256', after.privateKey, kid);
    expect((await refreshTokens(as, settings, new Secret('r'))).identity?.subject).toBe('ada');
    expect((await signIn((nonce) => signed('ES256', after.privateKey, kid, nonce))).identity?.subject).toBe('ada');
  });

  it.each(['another id', 'the same id'])(
    'is looked for once more where it is not there yet, under %s',
    async (which) => {
      const kid = which === 'the same id' ? 'k' : 'next';
      const [before, after] = await Promise.all([pair(), pair()]);
      await publish(before.publicKey, 'k');
      const later = { ...(await exportJWK(after.publicKey)), kid };
      beforeKeys = () => {
        if (keyRequests() === 2) published = [later];
      };
      const reply = await signIn((nonce) => signed('ES256', after.privateKey, kid, nonce));
      expect(reply.identity?.subject).toBe('ada');
      expect(keyRequests()).toBe(2);
    },
  );

  it('is never looked for a third time in one attempt', async () => {
    const [shown, used] = await Promise.all([pair(), pair()]);
    await publish(shown.publicKey, 'k');
    for (const kid of ['unknown', 'k']) {
      const before = keyRequests();
      const attempt = signIn((nonce) => signed('ES256', used.privateKey, kid, nonce));
      await expect(attempt).rejects.toMatchObject(refused('ES256: '));
      expect(keyRequests() - before).toBe(2);
    }
  });
});

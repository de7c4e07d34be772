import { generateKeyPairSync, sign } from 'node:crypto';
import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { NodeHttp } from '../../../core/http/node-http.ts';
import { beginAuthorization } from '../../../core/oauth/authorization-request.ts';
import { completeAuthorization } from '../../../core/oauth/authorization-response.ts';
import { discoverAuthorizationServer } from '../../../core/oauth/authorization-server.ts';
import { refreshTokens } from '../../../core/oauth/refresh-grant.ts';
import { revokeToken } from '../../../core/oauth/revocation.ts';
import { Secret } from '../../../core/secret.ts';
import { accountSettings, fetchOf } from '../../support/authorization-server.ts';
import { type ScriptedAnswer, type ScriptedServer, startScriptedServer } from '../../support/scripted-server.ts';

const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });

let server: ScriptedServer;
let answer: ScriptedAnswer | undefined;
let keys: ScriptedAnswer;
beforeEach(async () => {
  answer = undefined;
  keys = { body: { keys: [{ ...publicKey.export({ format: 'jwk' }), use: 'sig', alg: 'ES256', kid: 'k' }] } };
  server = await startScriptedServer(({ path }) => {
    if (path === '/token' || path === '/revoke') return answer;
    if (path === '/jwks') return keys;
    const issuer = server.url;
    return {
      body: {
        issuer,
        authorization_endpoint: `${issuer}/auth`,
        token_endpoint: `${issuer}/token`,
        revocation_endpoint: `${issuer}/revoke`,
        jwks_uri: `${issuer}/jwks`,
        id_token_signing_alg_values_supported: ['ES256'],
      },
    };
  });
});
afterEach(() => server.close());

const tokenRequests = () => server.requests.filter(({ path }) => path === '/token');
const settingsOf = (overrides = {}) => accountSettings({ issuer: server.url, ...overrides });
const discover = (overrides = {}) =>
  discoverAuthorizationServer(settingsOf(overrides), { fetch: fetchOf(new NodeHttp()), clientSecret: undefined });

const refresh = async (overrides = {}, options = {}) =>
  refreshTokens(await discover(overrides), settingsOf(overrides), new Secret('old-refresh-token'), options);

const good = { access_token: 'new-access', token_type: 'Bearer', refresh_token: 'new-refresh', expires_in: 60 };

const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');

function idToken(claims: object, key = privateKey): string {
  const text = `${part({ alg: 'ES256', kid: 'k' })}.${part(claims)}`;
  return `${text}.${sign('sha256', Buffer.from(text), { key, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`;
}

const seconds = () => Math.floor(Date.now() / 1000);
const claims = (more: object = {}) => ({
  iss: server.url,
  sub: 'ada',
  aud: 'keytray',
  iat: seconds(),
  exp: seconds() + 60,
  ...more,
});

describe('answers to a refresh', () => {
  it('keeps what it was given', async () => {
    answer = { body: good };
    const reply = await refresh();
    expect(reply.accessToken.reveal()).toBe('new-access');
    expect(reply.refreshToken?.reveal()).toBe('new-refresh');
    expect(reply).toMatchObject({ tokenType: 'bearer', expiresIn: 60, clockSkew: expect.any(Number) });
  });

  it.each([
    ['without a refresh token', {}],
    ['with null for it', { refresh_token: null, scope: null, expires_in: null }],
  ])('may come %s', async (_what, members) => {
    answer = { body: { access_token: 'a', token_type: 'bearer', ...members } };
    expect(await refresh()).toMatchObject({ refreshToken: undefined, expiresIn: undefined });
  });

  it('may call itself text', async () => {
    answer = { body: JSON.stringify(good), headers: { 'content-type': 'text/plain' } };
    expect((await refresh()).accessToken.reveal()).toBe('new-access');
  });

  it.each<[string, ScriptedAnswer | undefined, object]>([
    [
      'a dead token',
      { status: 400, body: { error: 'invalid_grant' } },
      { kind: 'oauth_error', error: 'invalid_grant', status: 400 },
    ],
    [
      'an error with a challenge',
      { status: 401, body: { error: 'invalid_client' }, headers: { 'www-authenticate': 'Basic realm="x"' } },
      { kind: 'oauth_error', error: 'invalid_client', status: 401 },
    ],
    [
      'an error with status 200, as GitHub sends it',
      { body: { error: 'bad_refresh_token', error_description: 'The refresh token passed is incorrect or expired.' } },
      { kind: 'oauth_error', error: 'bad_refresh_token', status: 200 },
    ],
    ['a bare 401', { status: 401 }, { kind: 'http_status', status: 401 }],
    ['a redirect', { status: 302, headers: { location: '/login' } }, { kind: 'http_status', status: 302 }],
    ['a captive portal', { body: '<html>Welcome' }, { kind: 'malformed', status: 200 }],
    ['no access token', { body: { token_type: 'bearer' } }, { kind: 'malformed', status: 200 }],
    ['a token of another kind', { body: { ...good, token_type: 'mac' } }, { kind: 'malformed', status: 200 }],
    ['no content', { status: 204 }, { kind: 'http_status', status: 204 }],
    ['a body without end', { body: 'x'.repeat(1024 * 1024 + 1) }, { kind: 'network', code: 'BODY_TOO_LARGE' }],
  ])('can be %s', async (_what, given, failure) => {
    answer = given;
    await expect(refresh()).rejects.toMatchObject({ failure });
    // A redirect is not followed, and nothing is sent twice: the token may be spent.
    expect(tokenRequests()).toHaveLength(1);
  });

  it.each<[string, ScriptedAnswer | undefined]>([
    ['a broken connection', undefined],
    ['half a reply', { body: '{"access_token":"a","tok' }],
    ['nothing', { body: '' }],
  ])('that are lost are asked for once more, and only once: %s', async (_what, given) => {
    answer = given;
    await expect(refresh()).rejects.toMatchObject({ replyLost: true });
    expect(tokenRequests()).toHaveLength(2);
    expect(tokenRequests()[1]?.form).toEqual(tokenRequests()[0]?.form);
  });

  it('carries Retry-After', async () => {
    answer = { status: 429, headers: { 'retry-after': '45' } };
    await expect(refresh()).rejects.toMatchObject({ failure: { status: 429 }, retryAfter: 45 });
  });

  it('never shows the token it is about', async () => {
    answer = { status: 400, body: { error: 'invalid_grant', error_description: 'no such: old-refresh-token' } };
    const failure = await refresh().catch((error: unknown) => error);
    expect(inspect(failure, { depth: 9, showHidden: true })).not.toContain('old-refresh-token');
  });

  it('does not believe a dead token without verified TLS', async () => {
    answer = { status: 400, body: { error: 'invalid_grant' } };
    const untrusted = { ...(await discover()), trusted: false };
    await expect(refreshTokens(untrusted, settingsOf(), new Secret('r'))).rejects.toMatchObject({
      failure: { error: 'invalid_grant', unverified: true },
    });
  });
});

describe('what a refresh sends', () => {
  it('repeats resource and audience', async () => {
    answer = { body: good };
    await refresh({ resource: 'https://res.example', audience: 'https://api.example' });
    expect(tokenRequests()[0]?.form).toMatchObject({
      resource: 'https://res.example',
      audience: 'https://api.example',
    });
  });

  it('asks for another audience and fewer scopes', async () => {
    answer = { body: good };
    await refresh({ audience: 'https://api.example' }, { audience: 'https://b.example', scope: 'read' });
    expect(tokenRequests()[0]?.form).toMatchObject({ audience: 'https://b.example', scope: 'read' });
  });
});

describe('an ID token in a refresh', () => {
  it('tells who it is about', async () => {
    answer = { body: { ...good, id_token: idToken(claims({ email: 'ada@lab.example' })) } };
    const reply = await refresh();
    expect(reply.identity).toMatchObject({ subject: 'ada', email: 'ada@lab.example' });
    expect(reply.idToken).toBeInstanceOf(Secret);
  });

  it('is no address of theirs when the server says it is not verified', async () => {
    answer = { body: { ...good, id_token: idToken(claims({ email: 'ceo@lab.example', email_verified: false })) } };
    expect((await refresh()).identity).toMatchObject({ email: undefined, name: undefined });
  });

  it.each<[string, () => string]>([
    ['for another client', () => idToken(claims({ aud: 'other' }))],
    ['of another issuer', () => idToken(claims({ iss: 'https://evil.example' }))],
    ['signed by a stranger', () => idToken(claims(), generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey)],
    ['that is none', () => 'not.a.jwt'],
  ])('%s is dropped, but the new refresh token is not', async (_what, make) => {
    answer = { body: { ...good, id_token: make() } };
    const reply = await refresh();
    expect(reply).toMatchObject({ idToken: undefined, identity: undefined });
    expect(reply.refreshToken?.reveal()).toBe('new-refresh');
  });

  it('does not cost the refresh token when its keys cannot be read', async () => {
    keys = { status: 503 };
    answer = { body: { ...good, id_token: idToken(claims()) } };
    const reply = await refresh();
    expect(reply.refreshToken?.reveal()).toBe('new-refresh');
    expect(reply.idToken).toBeUndefined();
  });
});

describe('an ID token in a sign-in', () => {
  const complete = async (make: (nonce: string) => ScriptedAnswer, jwksDown = false) => {
    const as = await discover();
    const begun = await beginAuthorization(settingsOf(), 'http://127.0.0.1:1/callback');
    answer = make(begun.nonce?.reveal() ?? '');
    if (jwksDown) keys = { status: 503 };
    const url = new URL(`http://127.0.0.1:1/callback?code=the-code&state=${begun.state.reveal()}`);
    return completeAuthorization(as, begun, url);
  };

  it('is required', async () => {
    await expect(complete(() => ({ body: good }))).rejects.toMatchObject({ failure: { kind: 'rejected' } });
  });

  it('must carry the nonce', async () => {
    await expect(complete(() => ({ body: { ...good, id_token: idToken(claims()) } }))).rejects.toMatchObject({
      failure: { kind: 'rejected', what: expect.stringContaining('nonce') },
    });
  });

  it('is not accepted unverified', async () => {
    await expect(
      complete((nonce) => ({ body: { ...good, id_token: idToken(claims({ nonce })) } }), true),
    ).rejects.toMatchObject({ failure: { kind: 'http_status', status: 503 } });
  });

  it('that has run out is rejected', async () => {
    const past = { iat: seconds() - 7200, exp: seconds() - 7140 };
    await expect(
      complete((nonce) => ({ body: { ...good, id_token: idToken(claims({ nonce, ...past })) } })),
    ).rejects.toMatchObject({ failure: { kind: 'rejected', what: expect.stringContaining('exp') } });
  });

  it('is judged by the server’s clock where ours is wrong', async () => {
    const date = new Date(Date.now() - 7_200_000).toUTCString();
    const past = { iat: seconds() - 7200, exp: seconds() - 7140 };
    const reply = await complete((nonce) => ({
      headers: { date },
      body: { ...good, id_token: idToken(claims({ nonce, ...past })) },
    }));
    expect(reply.identity?.subject).toBe('ada');
    expect(Math.abs((reply.clockSkew ?? 0) + 7200)).toBeLessThan(30);
    expect(tokenRequests()).toHaveLength(1);
  });
});

describe('revocation', () => {
  const revoke = async (given: ScriptedAnswer) => {
    answer = given;
    return revokeToken(await discover(), new Secret('the-token'), 'refresh_token');
  };

  it('says which token it means', async () => {
    expect(await revoke({})).toBe('revoked');
    expect(server.requests.at(-1)?.form).toMatchObject({ token: 'the-token', token_type_hint: 'refresh_token' });
  });

  it('accepts an empty success', async () => {
    expect(await revoke({ status: 204 })).toBe('revoked');
  });

  it('tells a token that cannot be revoked from a failure', async () => {
    expect(await revoke({ status: 400, body: { error: 'unsupported_token_type' } })).toBe('unsupported');
    await expect(revoke({ status: 503 })).rejects.toMatchObject({ failure: { kind: 'http_status', status: 503 } });
    await expect(revoke({ status: 401, body: { error: 'invalid_client' } })).rejects.toMatchObject({
      failure: { error: 'invalid_client' },
    });
  });
});

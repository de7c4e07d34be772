import * as openid from 'openid-client';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { followForms } from '../../../demo/built-in-user-agent.ts';
import { type Quilt, startQuilt, tokenPath } from '../../support/vendors/quilt/quilt.ts';

/** The registry as Quilt's own client asks it, and its Connect server as openid-client does. */

let quilt: Quilt;
beforeAll(async () => {
  quilt = await startQuilt();
});
afterAll(() => quilt.close());
afterEach(() => {
  quilt.faults.clear();
  quilt.clockOffset = 0;
  Object.assign(quilt.switches, { refusal: '200_with_error', registryUrl: undefined });
});

interface TokenReply {
  readonly refresh_token: string;
  readonly access_token: string;
  readonly expires_at: number;
  readonly error?: string;
}

async function exchange(refresh_token: string): Promise<{ readonly status: number; readonly body: TokenReply }> {
  const reply = await fetch(`${quilt.url}${tokenPath}`, {
    method: 'POST',
    body: new URLSearchParams({ refresh_token }),
  });
  return { status: reply.status, body: (await reply.json()) as TokenReply };
}

async function ask(query: string, token: string | undefined, variables: object = {}) {
  const reply = await fetch(`${quilt.url}/graphql`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    },
    body: JSON.stringify({ query, variables }),
  });
  return { status: reply.status, body: (await reply.json()) as { data?: unknown; errors?: unknown } };
}

describe('a session', () => {
  it('begins with the code of the page, and its refresh token is good once', async () => {
    const page = await (await fetch(`${quilt.url}/login`)).text();
    const code = /id="code">([^<]+)</.exec(page)?.[1] ?? '';
    const first = (await exchange(code)).body;
    expect(first.expires_at - Date.now() / 1_000).toBeGreaterThan(3_590);
    expect((await exchange(code)).body).toEqual({ error: 'Invalid refresh token' });
    expect((await exchange(first.refresh_token)).body.access_token).not.toBe(first.access_token);
  });

  it('can be refused with a status instead', async () => {
    quilt.switches.refusal = 'status_401';
    expect((await exchange('nope')).status).toBe(401);
  });

  it('gives AWS credentials until its token ends', async () => {
    const { access_token } = (await exchange(quilt.newCode())).body;
    const credentials = () =>
      fetch(`${quilt.url}/api/auth/get_credentials`, { headers: { authorization: `Bearer ${access_token}` } });
    expect(await (await credentials()).json()).toMatchObject({ AccessKeyId: expect.stringMatching(/^ASIA/) });
    quilt.clockOffset = 3_601_000;
    expect((await credentials()).status).toBe(401);
  });

  it('can be told to lose an answer: the old refresh token is dead all the same', async () => {
    const code = quilt.newCode();
    quilt.faults.add(tokenPath, { kind: 'lost' });
    await expect(exchange(code)).rejects.toThrow();
    expect((await exchange(code)).body).toEqual({ error: 'Invalid refresh token' });
  });

  it('belongs to the registry that the catalog names', async () => {
    quilt.switches.registryUrl = 'https://other.example';
    expect(await (await fetch(`${quilt.url}/config.json`)).json()).toMatchObject({
      registryUrl: 'https://other.example',
    });
  });
});

describe('API keys', () => {
  const create = `mutation c($input: APIKeyCreateInput!) { apiKeyCreate(input: $input) {
    __typename ... on APIKeyCreated { secret apiKey { id fingerprint status lastUsedAt } }
    ... on InvalidInput { errors { path message } } } }`;

  it('are created for 90 days unless told otherwise, and move lastUsedAt when used', async () => {
    const { access_token } = (await exchange(quilt.newCode())).body;
    const made = await ask(create, access_token, { input: { name: 'ci' } });
    expect(made.body.data).toMatchObject({
      apiKeyCreate: { __typename: 'APIKeyCreated', apiKey: { status: 'ACTIVE', lastUsedAt: null } },
    });
    const [key] = quilt.keys;
    expect(((key?.expiresAt ?? 0) - (key?.createdAt ?? 0)) / 86_400_000).toBe(90);
    expect((await ask('{ me { email } }', key?.secret)).body.data).toEqual({ me: { email: 'kim@example.com' } });
    expect(key?.lastUsedAt).toBeGreaterThan(0);
  });

  it.each([
    [{ name: 'x', expiresInDays: 0 }, 'input.expiresInDays'],
    [{ name: 'x', expiresInDays: 366 }, 'input.expiresInDays'],
    [{ name: ' ' }, 'input.name'],
  ])('%j is invalid', async (input, path) => {
    const { access_token } = (await exchange(quilt.newCode())).body;
    const { body } = await ask(create, access_token, { input });
    expect(body.data).toMatchObject({ apiKeyCreate: { __typename: 'InvalidInput', errors: [{ path }] } });
  });

  it('of nobody are refused, administration is for administrators, and a bad query is a 400', async () => {
    expect((await ask('{ me { email } }', 'qk_unknown')).status).toBe(401);
    expect(quilt.audit.at(-1)).toEqual({ eventName: 'Auth.APIKey', errorCode: 'INVALID' });
    expect((await ask('{ me { email } }', undefined)).body.data).toEqual({ me: null });
    const list = '{ admin { apiKeys { list(email: "kim@example.com") { name userEmail } } } }';
    const { access_token } = (await exchange(quilt.newCode(quilt.admin))).body;
    expect((await ask(list, access_token)).body.data).toMatchObject({ admin: { apiKeys: { list: [{ name: 'ci' }] } } });
    const other = (await exchange(quilt.newCode())).body.access_token;
    expect((await ask(list, other)).body.errors).toMatchObject([{ message: 'Unauthorized' }]);
    expect((await ask('{ nothing }', other)).status).toBe(400);
  });
});

it('openid-client registers itself at Connect and gets a token that the registry takes', async () => {
  const { issuer, resource } = quilt.connect;
  const redirect_uri = 'http://127.0.0.1:45678/callback';
  const configuration = await openid.dynamicClientRegistration(
    new URL(issuer),
    {
      redirect_uris: [redirect_uri],
      token_endpoint_auth_method: 'none',
      grant_types: ['authorization_code', 'refresh_token'],
    },
    openid.None(),
    { execute: [openid.allowInsecureRequests] },
  );
  expect(new URL(configuration.serverMetadata().registration_endpoint ?? '').pathname).toBe('/auth/register');
  const verifier = openid.randomPKCECodeVerifier();
  const state = openid.randomState();
  const url = openid.buildAuthorizationUrl(configuration, {
    redirect_uri,
    scope: 'openid offline_access platform',
    resource,
    state,
    prompt: 'consent',
    code_challenge: await openid.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
  });
  expect(url.pathname).toBe('/connect/authorize');
  const { url: back } = await followForms(url, { login: 'kim', stopAt: ({ href }) => href.startsWith(redirect_uri) });
  const tokens = await openid.authorizationCodeGrant(configuration, back, {
    pkceCodeVerifier: verifier,
    expectedState: state,
  });
  expect((await ask('{ me { email } }', tokens.access_token)).body.data).toEqual({ me: { email: 'kim@example.com' } });
  const renewed = await openid.refreshTokenGrant(configuration, tokens.refresh_token ?? '', { resource });
  expect(renewed.access_token).not.toBe(tokens.access_token);
});

import { describe, expect, it } from 'vitest';
import { type RegisteringServer, readClientId, registerClient } from '../../../core/oauth/client-registration.ts';
import { readReply } from '../../../core/oauth/reply.ts';
import type { Fetch } from '../../../core/ports.ts';
import { accountSettings } from '../../support/authorization-server.ts';

const endpoint = new URL('https://connect.acme.example/auth/register');
const redirectUri = 'http://127.0.0.1:40123/callback';

/** What comes of one answer. */
const read = async (body: unknown): Promise<unknown> => {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const reply = await readReply(endpoint, new Response(text, { status: 201 }));
  try {
    return readClientId(reply);
  } catch (error) {
    return error;
  }
};

/** What comes of registering at a server that answers so, and what it was sent. */
async function register(
  answer: { readonly status: number; readonly body?: unknown; readonly location?: string } | Error,
  server: Partial<RegisteringServer> = {},
  scopes: readonly string[] = [],
) {
  const sent: { readonly url: string; readonly init: RequestInit | undefined }[] = [];
  const fetch: Fetch = async (url, init) => {
    sent.push({ url: String(url), init });
    if (answer instanceof Error) throw answer;
    const { status, body, location } = answer;
    const text = typeof body === 'string' ? body : JSON.stringify(body ?? {});
    return new Response(text, { status, headers: location === undefined ? {} : { location } });
  };
  const issuer = 'https://connect.acme.example';
  const whole = {
    ...{ registrationEndpoint: endpoint, issuer, tokenEndpoint: new URL(`${issuer}/auth/token`) },
    ...{ trusted: true, fetch },
    ...server,
  };
  const settings = accountSettings({ id: 'quilt@acme', registersClient: true, clientId: '', scopes });
  const outcome = await registerClient(whole, settings, redirectUri).catch((error: unknown) => error);
  return { outcome, sent };
}

describe('the answer to a registration', () => {
  it.each([
    ['a public client', { client_id: 'c1', token_endpoint_auth_method: 'none' }],
    ['no method', { client_id: 'c1' }],
    [
      'a secret that a public client has no use for',
      { client_id: 'c1', token_endpoint_auth_method: 'none', client_secret: 's' },
    ],
    ['members that say nothing', { client_id: 'c1', token_endpoint_auth_method: null, client_secret: '' }],
  ])('with %s names the client', async (_what, body) => {
    expect(await read(body)).toBe('c1');
  });

  it.each([
    ['none', {}],
    ['an empty one', { client_id: '' }],
    ['a blank one', { client_id: '   ' }],
    ['a number', { client_id: 7 }],
    ['a line feed in it', { client_id: 'c1\nx-header: 1' }],
    ['an escape in it', { client_id: 'c\u001b[2J1' }],
    ['letters that are no ASCII', { client_id: 'clïent' }],
    ['an endless one', { client_id: 'x'.repeat(2_049) }],
  ])('with %s for a client ID registers nothing that can be used', async (_what, body) => {
    expect(await read(body)).toMatchObject({
      message: 'connect.acme.example registered no client that Keytray can use',
      failure: { kind: 'rejected', what: 'the answer to the registration has no client_id that can be used' },
    });
  });

  it.each([
    ['method', { client_id: 'c1', token_endpoint_auth_method: 'client_secret_basic', client_secret: 'hidden-value' }],
    ['secret', { client_id: 'c1', client_secret: 'hidden-value' }],
  ])('with the %s of a confidential client is of no use', async (_what, body) => {
    const failure = await read(body);
    expect(failure).toMatchObject({
      failure: { what: 'the answer to the registration has a client with a secret instead of a public one' },
    });
    expect(JSON.stringify(failure)).not.toContain('hidden-value');
  });

  it.each([
    ['a page', '<html>sign in to this network</html>'],
    ['nothing', ''],
    ['a text', '"c1"'],
    ['a list', '[{"client_id":"c1"}]'],
  ])('that is %s may be somebody else’s', async (_what, body) => {
    expect(await read(body)).toMatchObject({ failure: { kind: 'malformed' } });
  });
});

describe('a registration', () => {
  const registered = { status: 201, body: { client_id: 'c1' } };

  it('asks for a public client with the redirect URI of this sign-in', async () => {
    const { outcome, sent } = await register(registered);
    expect(outcome).toBe('c1');
    expect(sent).toHaveLength(1);
    expect(sent[0]).toMatchObject({ url: endpoint.href, init: { method: 'POST', redirect: 'manual' } });
    expect(JSON.parse(String(sent[0]?.init?.body))).toEqual({
      client_name: 'Keytray',
      application_type: 'native',
      redirect_uris: [redirectUri],
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      token_endpoint_auth_method: 'none',
    });
  });

  it('names the scopes where the account does', async () => {
    const { sent } = await register(registered, {}, ['openid', 'platform']);
    expect(JSON.parse(String(sent[0]?.init?.body))).toMatchObject({ scope: 'openid platform' });
  });

  it.each([
    ['at the token endpoint', 'https://auth.acme.example/register'],
    ['at the issuer', 'https://connect.acme.example/register'],
  ])('is made %s', async (_what, href) => {
    const server = {
      registrationEndpoint: new URL(href),
      tokenEndpoint: new URL('https://auth.acme.example/token'),
    };
    expect((await register(registered, server)).outcome).toBe('c1');
  });

  it.each([
    ['another host', 'https://victim.example/register'],
    ['another port', 'https://connect.acme.example:8443/register'],
    ['plain http', 'http://connect.acme.example/register'],
  ])('is not made at %s', async (_what, href) => {
    const { outcome, sent } = await register(registered, { registrationEndpoint: new URL(href) });
    expect(outcome).toMatchObject({
      code: 'misconfigured',
      message: expect.stringContaining('connect.acme.example registers clients at another host'),
      advice: expect.stringContaining('write its client_id'),
    });
    expect(sent).toEqual([]);
  });

  it('is not made where the server has no place for it', async () => {
    const { outcome, sent } = await register(registered, { registrationEndpoint: undefined });
    expect(outcome).toMatchObject({
      code: 'misconfigured',
      message: 'connect.acme.example does not register clients by itself',
      detail: 'the metadata has no registration_endpoint',
      advice: expect.stringContaining('write its client_id'),
    });
    expect(sent).toEqual([]);
  });

  it('that is refused for its redirect URI says what to ask for', async () => {
    const body = { error: 'invalid_redirect_uri', error_description: 'host\u001b[31m is not allowed' };
    expect((await register({ status: 400, body })).outcome).toMatchObject({
      code: 'misconfigured',
      account: 'quilt@acme',
      message: 'connect.acme.example registers no client that is on this machine',
      detail: 'invalid_redirect_uri (host [31m is not allowed), status 400',
      advice: `Ask whoever runs the server to allow redirects to this machine, as ${redirectUri}.`,
    });
  });

  it.each([
    ['the server’s word', 400, { error: 'invalid_client_metadata' }, 'invalid_client_metadata, status 400'],
    ['a word nobody knows', 403, { error: 'not_today' }, 'not_today, status 403'],
    ['no word at all', 401, 'who are you', 'status 401'],
  ])('that is refused with %s tells it as a detail', async (_what, status, body, detail) => {
    expect((await register({ status, body })).outcome).toMatchObject({
      code: 'misconfigured',
      message: 'connect.acme.example does not register Keytray as a client',
      detail,
      advice: expect.stringContaining('write its client_id'),
    });
  });

  it.each([
    ['is in trouble', { status: 503, body: { error: 'invalid_client_metadata' } }, { kind: 'oauth_error' }],
    ['asks to wait', { status: 429 }, { kind: 'http_status', status: 429 }],
    ['sends elsewhere', { status: 307, location: 'https://victim.example/register' }, { kind: 'http_status' }],
    ['is not there', new Error('no way'), { kind: 'network' }],
  ])('at a server that %s may work later', async (_what, answer, failure) => {
    const { outcome, sent } = await register(answer);
    expect(outcome).toMatchObject({ name: 'OAuthFailure', failure });
    expect(sent).toHaveLength(1);
  });
});

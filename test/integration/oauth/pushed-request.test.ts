import { afterEach, describe, expect, it } from 'vitest';
import { NodeHttp } from '../../../core/http/node-http.ts';
import { AuthorizationAddress } from '../../../core/oauth/authorization-address.ts';
import { type Authorization, beginAuthorization } from '../../../core/oauth/authorization-request.ts';
import { type AuthorizationServer, discoverAuthorizationServer } from '../../../core/oauth/authorization-server.ts';
import { OAuthFailure } from '../../../core/oauth/oauth-failure.ts';
import { Secret } from '../../../core/secret.ts';
import type { AccountSettings } from '../../../core/services/service.ts';
import {
  type AuthorizationServerOptions,
  accountSettings,
  fetchOf,
  noEndpoints,
  type RunningAuthorizationServer,
  startAuthorizationServer,
} from '../../support/authorization-server.ts';
import { logIn, tokensOf } from '../../support/browser-login.ts';
import { ManualClock } from '../../support/manual-clock.ts';
import { type ScriptedAnswer, type ScriptedServer, startScriptedServer } from '../../support/scripted-server.ts';

const redirectUri = 'http://127.0.0.1:4711/callback';
const secret = new Secret('a-confidential-client_s.secret~0123456789');

const discover = (settings: AccountSettings, clientSecret?: Secret) =>
  discoverAuthorizationServer(settings, { fetch: fetchOf(new NodeHttp()), clientSecret });

interface Asking {
  readonly request: Authorization;
  readonly address: AuthorizationAddress;
  readonly clock: ManualClock;
}

async function asking(server: AuthorizationServer, settings: AccountSettings): Promise<Asking> {
  const request = await beginAuthorization(settings, redirectUri);
  const clock = new ManualClock();
  return { request, address: new AuthorizationAddress(server, request, clock), clock };
}

describe('a request pushed to a real server', () => {
  let real: RunningAuthorizationServer | undefined;
  afterEach(() => real?.close());
  const start = async (options: AuthorizationServerOptions): Promise<RunningAuthorizationServer> => {
    real = await startAuthorizationServer(options);
    return real;
  };

  it.each(['required', 'offered'] as const)('signs in where the server has it %s', async (pushedRequests) => {
    const { issuer, requests } = await start({ pushedRequests });
    const tokens = tokensOf(await logIn(accountSettings({ issuer })));
    expect(tokens.identity?.subject).toBe('ada');
    expect([requests.pushed_authorization_request, requests.authorization_code]).toEqual([1, 1]);
  });

  it('is authenticated as at the token endpoint', async () => {
    const clients = [{ clientId: 'confidential', clientSecret: secret.reveal() }];
    const { issuer, requests } = await start({ pushedRequests: 'required', clients });
    const settings = accountSettings({ issuer, clientId: 'confidential' });
    expect(tokensOf(await logIn(settings, { clientSecret: secret })).identity?.subject).toBe('ada');
    expect(requests.pushed_authorization_request).toBe(1);
  });

  it('leaves nothing of itself but a name in the address', async () => {
    const { issuer } = await start({ pushedRequests: 'offered' });
    const settings = accountSettings({ issuer });
    const { address } = await asking(await discover(settings), settings);
    const { url, usableFor } = await address.take();
    expect([...url.searchParams.keys()].sort()).toEqual(['client_id', 'request_uri']);
    expect(url.searchParams.get('request_uri')).toMatch(/^urn:ietf:params:oauth:request_uri:/);
    expect(usableFor).toBeGreaterThan(0);
  });

  it('is told what the server refuses before a browser opens', async () => {
    const { issuer } = await start({ pushedRequests: 'required' });
    const settings = accountSettings({ issuer, clientId: 'another' });
    const { address } = await asking(await discover(settings), settings);
    const failure = await address.prepare().catch((error: unknown) => error);
    expect(failure).toMatchObject({ failure: { kind: 'oauth_error', error: 'invalid_client', status: 401 } });
  });
});

describe('a request pushed to a server that', () => {
  let scripted: ScriptedServer | undefined;
  afterEach(() => scripted?.close());

  const given = { request_uri: 'urn:ietf:params:oauth:request_uri:', expires_in: 60 };
  /** Answers each push in turn; the last one for good. */
  async function serve(answers: readonly ScriptedAnswer[], more: Record<string, unknown> = {}) {
    let pushes = 0;
    const started = await startScriptedServer(({ path }) => {
      if (path === '/par') {
        const answer = answers[Math.min(pushes, answers.length - 1)];
        pushes += 1;
        return answer?.body === given ? { status: 201, body: { ...given, request_uri: `urn:r${pushes}` } } : answer;
      }
      if (!path.startsWith('/.well-known/openid')) return { status: 404 };
      return {
        body: {
          issuer: started.url,
          authorization_endpoint: `${started.url}/auth?tenant=1`,
          token_endpoint: `${started.url}/token`,
          pushed_authorization_request_endpoint: `${started.url}/par`,
          token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post'],
          ...more,
        },
      };
    });
    scripted = started;
    return started;
  }
  const open = async (answers: readonly ScriptedAnswer[], more?: Record<string, unknown>, clientSecret?: Secret) => {
    const { url, requests } = await serve(answers, more);
    const settings = accountSettings({ issuer: url });
    const server = await discover(settings, clientSecret);
    const pushes = () => requests.filter(({ path }) => path === '/par');
    return { ...(await asking(server, settings)), pushes };
  };
  const named = async ({ address }: Asking) => (await address.take()).url.searchParams.get('request_uri');
  const required = { require_pushed_authorization_requests: true };

  it('keeps it for a minute is pushed again for each visit, under the same state', async () => {
    const opened = await open([{ body: given }]);
    await opened.address.prepare();
    await opened.address.prepare();
    expect([await named(opened), await named(opened), await named(opened)]).toEqual(['urn:r1', 'urn:r2', 'urn:r3']);
    const states = new Set(opened.pushes().map(({ form }) => form.state));
    expect([...states]).toEqual([opened.request.state.reveal()]);
    expect(opened.pushes()[0]?.form).toMatchObject({
      client_id: 'keytray',
      response_type: 'code',
      redirect_uri: redirectUri,
      code_challenge_method: 'S256',
      tenant: '1',
    });
  });

  it('has let it end is asked for another one', async () => {
    const opened = await open([{ body: given }]);
    await opened.address.prepare();
    opened.clock.advance(50_000);
    expect(await named(opened)).toBe('urn:r2');
    await opened.address.prepare();
    opened.clock.advance(49_999);
    expect(await named(opened)).toBe('urn:r3');
  });

  it.each<[string, Record<string, unknown>]>([
    ['with status 200, a lifetime in a string and a member that is null', { expires_in: '60', interval: null }],
    ['without a lifetime', { expires_in: null }],
  ])('answers %s is understood', async (_how, members) => {
    const opened = await open([{ status: 200, body: { request_uri: 'urn:r', ...members } }]);
    expect((await opened.address.take()).usableFor).toBe(50);
  });

  it.each<[string, ScriptedAnswer, Partial<OAuthFailure>]>([
    ['refuses a scope', { status: 400, body: { error: 'invalid_scope' } }, oauthError('invalid_scope', 400)],
    ['is busy', { status: 429, headers: { 'retry-after': '7' } }, { retryAfter: 7, ...status(429) }],
    ['is down', { status: 503, body: 'no' }, status(503)],
    ['says an error with status 200', { body: { error: 'access_denied' } }, oauthError('access_denied', 200)],
    [
      'answers with a page',
      { body: '<title>Welcome</title>' },
      { failure: expect.objectContaining({ kind: 'malformed' }) },
    ],
    [
      'names the request in characters of another line',
      { status: 201, body: { request_uri: 'urn:r\nX: 1', expires_in: 60 } },
      { failure: expect.objectContaining({ kind: 'malformed' }) },
    ],
  ])('%s is believed, whether it requires or only offers it', async (_what, answer, seen) => {
    for (const more of [{}, required]) {
      const opened = await open([answer], more);
      const failure = await opened.address.take().catch((error: unknown) => error);
      expect(failure).toBeInstanceOf(OAuthFailure);
      expect(failure).toMatchObject(seen);
      expect(opened.pushes()).toHaveLength(1);
      await scripted?.close();
    }
  });

  it('only offers it, and not to this client, is asked through the browser from then on', async () => {
    const opened = await open([{ status: 400, body: { error: 'invalid_request', error_description: 'no secret' } }]);
    const { url, usableFor } = await opened.address.take();
    expect(Object.fromEntries(url.searchParams)).toMatchObject({ state: opened.request.state.reveal(), tenant: '1' });
    expect(url.searchParams.has('request_uri')).toBe(false);
    expect(usableFor).toBeUndefined();
    await opened.address.take();
    expect(opened.pushes()).toHaveLength(1);
  });

  it('requires it is never asked through the browser', async () => {
    const opened = await open([{ status: 404 }], required);
    await expect(opened.address.take()).rejects.toMatchObject(status(404));
  });

  it('refuses one way of the client to authenticate is tried with the other, and no further', async () => {
    const refusal = { status: 401, body: { error: 'invalid_client' } };
    const opened = await open([refusal, { body: given }], {}, secret);
    expect(await named(opened)).toBe('urn:r2');
    const shown = opened.pushes().map(({ form, headers }) => [form.client_secret, headers.authorization?.slice(0, 6)]);
    expect(shown).toEqual([
      [undefined, 'Basic '],
      [secret.reveal(), undefined],
    ]);
    await scripted?.close();
    const unknown = await open([refusal], {}, secret);
    await expect(unknown.address.take()).rejects.toMatchObject(oauthError('invalid_client', 401));
  });

  it('repeats what it was sent is not quoted with it', async () => {
    const opened = await open([{ status: 400, body: { error: 'invalid_scope' } }]);
    const state = opened.request.state.reveal();
    if (scripted === undefined) throw new Error('no server');
    scripted.script = () => ({ status: 400, body: { error: 'invalid_scope', error_description: `for ${state}` } });
    const failure = await opened.address.take().catch((error: unknown) => error);
    expect(JSON.stringify(failure)).not.toContain(state);
  });

  it('requires it without saying where is refused before anything is asked', async () => {
    const { url } = await serve([], { ...required, pushed_authorization_request_endpoint: null });
    await expect(discover(accountSettings({ issuer: url }))).rejects.toMatchObject({
      failure: { kind: 'rejected', what: expect.stringContaining('names no endpoint') },
    });
  });

  it('is given by hand with its other endpoints is always asked ahead', async () => {
    const { url } = await serve([{ status: 404 }]);
    const settings = accountSettings({
      endpoints: {
        ...noEndpoints,
        authorizationEndpoint: `${url}/auth`,
        tokenEndpoint: `${url}/token`,
        pushedAuthorizationRequestEndpoint: `${url}/par`,
      },
    });
    const { address } = await asking(await discover(settings), settings);
    await expect(address.take()).rejects.toMatchObject(status(404));
  });
});

function oauthError(error: string, code: number): Partial<OAuthFailure> {
  return { failure: expect.objectContaining({ kind: 'oauth_error', error, status: code }) };
}

function status(code: number): Partial<OAuthFailure> {
  return { failure: expect.objectContaining({ kind: 'http_status', status: code }) };
}

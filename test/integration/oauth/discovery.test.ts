import { afterEach, describe, expect, it } from 'vitest';
import { KeytrayError } from '../../../core/errors.ts';
import { NodeHttp } from '../../../core/http/node-http.ts';
import { AuthorizationAddress } from '../../../core/oauth/authorization-address.ts';
import { beginAuthorization } from '../../../core/oauth/authorization-request.ts';
import { type AuthorizationServer, discoverAuthorizationServer } from '../../../core/oauth/authorization-server.ts';
import { refreshTokens } from '../../../core/oauth/refresh-grant.ts';
import { Secret } from '../../../core/secret.ts';
import { accountSettings, fetchOf, noEndpoints } from '../../support/authorization-server.ts';
import { ManualClock } from '../../support/manual-clock.ts';
import { type Script, type ScriptedServer, startScriptedServer } from '../../support/scripted-server.ts';

let scripted: ScriptedServer | undefined;
afterEach(() => scripted?.close());

const serve = async (script: (issuer: string) => Script): Promise<ScriptedServer> => {
  const started = await startScriptedServer(() => ({ status: 404 }));
  started.script = script(started.url);
  scripted = started;
  return started;
};

const metadata = (issuer: string, more: Record<string, unknown> = {}) => ({
  issuer,
  authorization_endpoint: `${issuer}/auth`,
  token_endpoint: `${issuer}/token`,
  ...more,
});

/** Metadata at one path, 404 elsewhere. */
const at =
  (path: string, more: Record<string, unknown> = {}) =>
  (issuer: string): Script =>
  (request) =>
    request.path === path ? { body: metadata(issuer, more) } : { status: 404, body: 'Not found' };

const openid = '/.well-known/openid-configuration';

const discover = (overrides: Parameters<typeof accountSettings>[0] = {}, clientSecret?: Secret) =>
  discoverAuthorizationServer(accountSettings(overrides), { fetch: fetchOf(new NodeHttp()), clientSecret });

describe('where metadata is found', () => {
  it('at the OpenID address', async () => {
    const { url, requests } = await serve(at(openid));
    expect(await discover({ issuer: url })).toMatchObject({ issuer: url, issuerRequired: false, trusted: true });
    expect(requests).toHaveLength(1);
  });

  it('at the address of RFC 8414', async () => {
    const { url } = await serve(at('/.well-known/oauth-authorization-server'));
    expect((await discover({ issuer: url })).tokenEndpoint.href).toBe(`${url}/token`);
  });

  it.each(['/.well-known/oauth-authorization-server/tenant', '/tenant/.well-known/oauth-authorization-server'])(
    'for an issuer with a path at %s',
    async (path) => {
      const { url } = await serve(
        (origin) => (request) =>
          request.path === path
            ? { body: metadata(`${origin}/tenant`) }
            : { status: 200, body: '<title>Login</title>' },
      );
      expect((await discover({ issuer: `${url}/tenant` })).issuer).toBe(`${url}/tenant`);
    },
  );

  it('and used to the letter, double slashes and all', async () => {
    const { url } = await serve((issuer) => () => ({
      body: { ...metadata(issuer), authorization_endpoint: `${issuer}//oauth2//auth?tenant=1` },
    }));
    const settings = accountSettings({ issuer: url });
    const server = await discover({ issuer: url });
    const request = await beginAuthorization(settings, 'http://127.0.0.1:1/callback');
    const { url: address } = await new AuthorizationAddress(server, request, new ManualClock()).take();
    expect(address.href).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/\/oauth2\/\/auth\?tenant=1&/);
  });

  it('with endpoints by hand on top', async () => {
    const { url } = await serve(at(openid, { revocation_endpoint: 'https://elsewhere.example/revoke' }));
    const endpoints = { ...noEndpoints, revocationEndpoint: `${url}/revoke-here` };
    expect((await discover({ issuer: url, endpoints })).revocationEndpoint?.href).toBe(`${url}/revoke-here`);
  });
});

describe('metadata that names endpoints at another server than its token endpoint', () => {
  const elsewhere = 'https://elsewhere.example';
  const names = {
    device_authorization_endpoint: `${elsewhere}/device`,
    revocation_endpoint: `${elsewhere}/revoke`,
    userinfo_endpoint: `${elsewhere}/userinfo`,
  };
  const byHand = {
    deviceAuthorizationEndpoint: `${elsewhere}/device`,
    revocationEndpoint: `${elsewhere}/revoke`,
    userinfoEndpoint: `${elsewhere}/userinfo`,
  };
  const endpointsOf = (server: AuthorizationServer) => ({
    device: server.deviceAuthorizationEndpoint?.href,
    revocation: server.revocationEndpoint?.href,
    userinfo: server.userinfoEndpoint?.href,
  });
  const all = {
    device: names.device_authorization_endpoint,
    revocation: names.revocation_endpoint,
    userinfo: names.userinfo_endpoint,
  };

  it('is believed for what an ID token vouches for, and never for a device code', async () => {
    const { url } = await serve(at(openid, names));
    const server = await discover({ issuer: url });
    expect(endpointsOf(server)).toEqual({ ...all, device: undefined });
    expect(endpointsOf(server.unvouched())).toEqual({ device: undefined, revocation: undefined, userinfo: undefined });
  });

  it('is believed where the configuration names the same', async () => {
    const { url } = await serve(at(openid, names));
    const server = await discover({ issuer: url, endpoints: { ...noEndpoints, ...byHand } });
    expect(endpointsOf(server)).toEqual(all);
    expect(endpointsOf(server.unvouched())).toEqual(all);
  });
});

describe('metadata that is refused', () => {
  it.each([
    ['another issuer', { issuer: 'https://evil.example' }],
    ['the issuer with a slash too many', { issuer: undefined }],
  ])('%s', async (_what, more) => {
    const { url } = await serve((issuer) => () => ({
      body: { ...metadata(issuer), issuer: more.issuer ?? `${issuer}/` },
    }));
    await expect(discover({ issuer: url })).rejects.toMatchObject({ failure: { kind: 'rejected' } });
  });

  it.each([[['plain']], [[]]])('PKCE methods %j', async (methods) => {
    const { url } = await serve(at(openid, { code_challenge_methods_supported: methods }));
    await expect(discover({ issuer: url })).rejects.toMatchObject({
      failure: { kind: 'rejected', what: expect.stringContaining('S256') },
    });
  });

  it('unless it does not speak of PKCE at all', async () => {
    const { url } = await serve(at(openid));
    expect((await discover({ issuer: url })).issuer).toBe(url);
  });

  it('an endpoint that would send a token in the clear', async () => {
    const { url } = await serve(at(openid, { token_endpoint: 'http://login.example/token' }));
    await expect(discover({ issuer: url })).rejects.toMatchObject({
      failure: { kind: 'rejected', check: 'plain_http' },
    });
  });

  it.each([
    [503, 'http_status'],
    [429, 'http_status'],
    [302, 'http_status'],
  ])('status %i, without looking for another kind of server', async (status, kind) => {
    const { url, requests } = await serve(() => () => ({ status, headers: { location: 'https://portal.example/' } }));
    await expect(discover({ issuer: url })).rejects.toMatchObject({ failure: { kind, status } });
    expect(requests).toHaveLength(1);
  });

  it('an address where nothing listens', async () => {
    const { url, close } = await serve(at(openid));
    await close();
    await expect(discover({ issuer: url })).rejects.toMatchObject({
      failure: { kind: 'network', code: 'ECONNREFUSED' },
    });
  });
});

describe('a configuration that does not say enough', () => {
  it('has neither issuer nor endpoints', async () => {
    await expect(discover()).rejects.toMatchObject({ code: 'misconfigured' });
  });

  it('lacks the secret its service requires', async () => {
    const failure = await discover({ issuer: 'https://a.example', clientSecret: 'required' }).catch((error) => error);
    expect(failure).toBeInstanceOf(KeytrayError);
    expect(failure).toMatchObject({
      code: 'misconfigured',
      fix: 'set_client_secret',
    });
  });

  it('sends tokens in the clear', async () => {
    const endpoints = {
      ...noEndpoints,
      authorizationEndpoint: 'https://a.example/auth',
      tokenEndpoint: 'http://a.example/token',
    };
    await expect(discover({ endpoints })).rejects.toMatchObject({
      code: 'misconfigured',
      detail: expect.stringContaining('token_endpoint'),
    });
  });
});

describe('the authorization request', () => {
  const request = async (overrides: Parameters<typeof accountSettings>[0], options = {}) => {
    const { url } = await serve(at(openid));
    const settings = accountSettings({ issuer: url, ...overrides });
    return (await beginAuthorization(settings, 'http://127.0.0.1:1', options)).parameters;
  };

  it('carries what the account adds', async () => {
    const asked = await request(
      { audience: 'https://api.example', resource: 'https://res.example', authorizationParams: { hd: 'lab.example' } },
      { loginHint: 'ada@lab.example' },
    );
    expect(Object.fromEntries(asked)).toMatchObject({
      audience: 'https://api.example',
      resource: 'https://res.example',
      hd: 'lab.example',
      login_hint: 'ada@lab.example',
      redirect_uri: 'http://127.0.0.1:1',
    });
  });

  it('asks for consent only where it keeps the refresh token', async () => {
    expect((await request({ scopes: ['openid'] })).get('prompt')).toBeNull();
    expect((await request({ prompt: 'login' })).get('prompt')).toBe('login');
    expect((await request({ prompt: 'login' }, { prompt: 'select_account' })).get('prompt')).toBe('select_account');
    expect((await request({ authorizationParams: { prompt: 'none' } })).get('prompt')).toBe('none');
  });

  it('sends no nonce where no ID token is asked for', async () => {
    expect((await request({ scopes: ['repo'], authorizationParams: { nonce: 'fixed' } })).get('nonce')).toBeNull();
  });

  it('cannot be weakened by a parameter', async () => {
    const asked = await request({
      authorizationParams: { state: 'fixed', code_challenge_method: 'plain', client_id: 'other', request: 'jwt' },
    });
    expect(asked.get('state')).not.toBe('fixed');
    expect(asked.getAll('code_challenge_method')).toEqual(['S256']);
    expect(asked.getAll('client_id')).toEqual(['keytray']);
    expect(asked.has('request')).toBe(false);
  });
});

describe('client authentication', () => {
  const sent = async (more: Record<string, unknown>, secret?: Secret) => {
    const server = await serve(
      (issuer) => (request) =>
        request.path === openid
          ? { body: metadata(issuer, { response_types_supported: ['code'], ...more }) }
          : { body: { access_token: 'a', token_type: 'bearer' } },
    );
    const settings = accountSettings({ issuer: server.url });
    await refreshTokens(await discover({ issuer: server.url }, secret), settings, new Secret('r'));
    const last = server.requests.at(-1);
    return { authorization: last?.headers.authorization, form: last?.form };
  };
  const secret = new Secret('s3cret');
  const basic = `Basic ${Buffer.from('keytray:s3cret').toString('base64')}`;

  it('is none for a public client', async () => {
    expect(await sent({})).toEqual({
      authorization: undefined,
      form: { client_id: 'keytray', grant_type: 'refresh_token', refresh_token: 'r' },
    });
  });

  it('is Basic where the server does not say', async () => {
    const { authorization, form } = await sent({}, secret);
    expect(authorization).toBe(basic);
    expect(form).not.toHaveProperty('client_secret');
  });

  it('is in the body where the server knows only that', async () => {
    const methods = { token_endpoint_auth_methods_supported: ['client_secret_post'] };
    const { authorization, form } = await sent(methods, secret);
    expect(authorization).toBeUndefined();
    expect(form).toMatchObject({ client_id: 'keytray', client_secret: 's3cret' });
  });
});

describe('whether an answer can be forged on the way', () => {
  const byHand = (origin: string, verify: boolean) =>
    discover({
      tls: { ca: undefined, verify },
      endpoints: { ...noEndpoints, authorizationEndpoint: `${origin}/auth`, tokenEndpoint: `${origin}/token` },
    });

  it.each([
    ['https://login.example', true, true],
    ['https://login.example', false, false],
    ['http://127.0.0.1:8080', true, true],
    ['https://localhost:8080', false, true],
  ])('%s, certificates verified: %s → trusted: %s', async (origin, verify, trusted) => {
    expect(await byHand(origin, verify)).toMatchObject({ trusted, issuer: undefined });
  });

  it('the server promises `iss` only where there is an issuer to compare it with', async () => {
    const promise = { authorization_response_iss_parameter_supported: true };
    const { url } = await serve(at(openid, promise));
    expect(await discover({ issuer: url })).toMatchObject({ issuerRequired: true });
  });

  it('one endpoint by hand is not enough', async () => {
    const endpoints = { ...noEndpoints, tokenEndpoint: 'https://login.example/token' };
    await expect(discover({ endpoints })).rejects.toMatchObject({
      code: 'misconfigured',
      message: 'the account lab names no server',
      advice: 'Set issuer, or authorization_endpoint and token_endpoint, for the account.',
      account: 'lab',
    });
  });
});

import { afterEach, describe, expect, it } from 'vitest';
import { serverFailure } from '../../../core/accounts/server-directory.ts';
import { NodeHttp } from '../../../core/http/node-http.ts';
import { discoverAuthorizationServer } from '../../../core/oauth/authorization-server.ts';
import { OAuthFailure } from '../../../core/oauth/oauth-failure.ts';
import { readSigningKeys } from '../../../core/oauth/signing-keys.ts';
import { accountSettings, fetchOf } from '../../support/authorization-server.ts';
import {
  type ScriptedAnswer,
  type ScriptedServer,
  type SeenRequest,
  startScriptedServer,
} from '../../support/scripted-server.ts';

let scripted: ScriptedServer | undefined;
afterEach(() => scripted?.close());

async function serve(answer: (request: SeenRequest, origin: string) => ScriptedAnswer): Promise<ScriptedServer> {
  const started: ScriptedServer = await startScriptedServer((request) => answer(request, started.url));
  scripted = started;
  return started;
}

const openid = '/.well-known/openid-configuration';
const metadata = (issuer: string, more: Record<string, unknown> = {}) => ({
  issuer,
  authorization_endpoint: `${issuer}/auth`,
  token_endpoint: `${issuer}/token`,
  ...more,
});
const discover = (issuer: string) =>
  discoverAuthorizationServer(accountSettings({ issuer }), { fetch: fetchOf(new NodeHttp()), clientSecret: undefined });

/** What a person is told where discovery fails. */
async function told(issuer: string) {
  const failure = await discover(issuer).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(OAuthFailure);
  return serverFailure(failure, { id: 'lab', clientSecret: { stored: false } });
}

describe('metadata that is redirected', () => {
  it.each([301, 302, 303, 307, 308])('within its origin (%i) is followed', async (status) => {
    const { url, requests } = await serve(({ path }, origin) =>
      path === openid ? { status, headers: { location: `${openid}/` } } : { body: metadata(origin) },
    );
    expect((await discover(url)).tokenEndpoint.href).toBe(`${url}/token`);
    expect(requests.map(({ path }) => path)).toEqual([openid, `${openid}/`]);
  });

  it.each([301, 308])('for good (%i) to another origin is named, and nothing is asked there', async (status) => {
    const { url } = await serve(() => ({ status, headers: { location: 'https://new.example/login?token=hunter2' } }));
    const failure = await told(url);
    expect(failure).toMatchObject({
      code: 'misconfigured',
      message: `${new URL(url).host} has moved to new.example`,
      detail: `${url}${openid} is redirected for good to https://new.example/login`,
      advice: expect.stringContaining('set the issuer'),
    });
  });

  it('for good counts only where the metadata is nowhere else', async () => {
    const { url } = await serve(({ path }, origin) =>
      path === openid ? { status: 301, headers: { location: 'https://new.example/' } } : { body: metadata(origin) },
    );
    expect((await discover(url)).issuer).toBe(url);
  });

  it.each([302, 303, 307])('for now (%i) to another origin may be the page of a network', async (status) => {
    const { url } = await serve(() => ({ status, headers: { location: 'https://portal.example/' } }));
    expect((await told(url)).code).toBe('temporarily_unavailable');
  });

  it('in a circle is given up', async () => {
    const { url, requests } = await serve(() => ({ status: 302, headers: { location: openid } }));
    expect((await told(url)).code).toBe('temporarily_unavailable');
    expect(requests).toHaveLength(4);
  });
});

it('keys that are redirected within their origin are read', async () => {
  const { url } = await serve(({ path }) =>
    path === '/jwks' ? { status: 301, headers: { location: '/jwks/' } } : { body: { keys: [{ kty: 'EC' }] } },
  );
  expect(await readSigningKeys(new URL(`${url}/jwks`), fetchOf(new NodeHttp()))).toEqual({ keys: [{ kty: 'EC' }] });
});

describe('metadata that names addresses over plain http', () => {
  const http = 'http://login.lab.example';

  it('is done without what it only offers', async () => {
    const { url } = await serve((_request, origin) => ({
      body: metadata(origin, {
        userinfo_endpoint: `${http}/userinfo`,
        revocation_endpoint: `${http}/revoke`,
        device_authorization_endpoint: `${http}/device`,
        pushed_authorization_request_endpoint: `${http}/par`,
      }),
    }));
    expect(await discover(url)).toMatchObject({
      userinfoEndpoint: undefined,
      revocationEndpoint: undefined,
      deviceAuthorizationEndpoint: undefined,
      pushedRequests: undefined,
    });
  });

  it.each([
    ['token_endpoint', {}],
    ['authorization_endpoint', {}],
    ['jwks_uri', {}],
  ])('is refused, and says why, where a sign-in needs them: %s', async (name) => {
    const { url } = await serve((_request, origin) => ({ body: metadata(origin, { [name]: `${http}/x` }) }));
    expect(await told(url)).toMatchObject({
      code: 'misconfigured',
      message: expect.stringContaining('plain http'),
      detail: `metadata: ${name} is http`,
      advice: expect.stringContaining('over https'),
    });
  });
});

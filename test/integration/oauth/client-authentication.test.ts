import { afterEach, describe, expect, it } from 'vitest';
import { NodeHttp } from '../../../core/http/node-http.ts';
import { type AuthorizationServer, discoverAuthorizationServer } from '../../../core/oauth/authorization-server.ts';
import { requestDeviceCode } from '../../../core/oauth/device-grant.ts';
import { refreshTokens } from '../../../core/oauth/refresh-grant.ts';
import { revokeToken } from '../../../core/oauth/revocation.ts';
import { Secret } from '../../../core/secret.ts';
import type { AccountSettings } from '../../../core/services/service.ts';
import { accountSettings, fetchOf } from '../../support/authorization-server.ts';
import { type ScriptedServer, type SeenRequest, startScriptedServer } from '../../support/scripted-server.ts';

let server: ScriptedServer | undefined;
afterEach(() => server?.close());

const secret = 'gloas-a_b.c~d';
/** `basic` as it stands in the header, undecoded: few servers decode it. */
const shownBy = ({ headers, form }: SeenRequest): string =>
  headers.authorization === undefined
    ? `post ${form.client_secret}`
    : `basic ${Buffer.from(headers.authorization.replace('Basic ', ''), 'base64')}`;

const tokens = { access_token: 'the-access-token', token_type: 'bearer', refresh_token: 'the-next-token' };
const deviceCode = { device_code: 'd', user_code: 'u', verification_uri: 'http://127.0.0.1/', expires_in: 60 };

/** A server that lists `methods` and knows the client by what `accepts` says of a request. */
async function start(
  methods: readonly string[] | undefined,
  accepts: (shown: string) => boolean,
  more: Partial<AccountSettings> = {},
): Promise<{
  readonly found: AuthorizationServer;
  readonly settings: AccountSettings;
  readonly shown: () => string[];
}> {
  const started = await startScriptedServer((request) => {
    if (request.path.includes('.well-known')) {
      return {
        body: {
          issuer: started.url,
          authorization_endpoint: `${started.url}/auth`,
          token_endpoint: `${started.url}/token`,
          revocation_endpoint: `${started.url}/revoke`,
          device_authorization_endpoint: `${started.url}/device`,
          response_types_supported: ['code'],
          token_endpoint_auth_methods_supported: methods ?? null,
        },
      };
    }
    if (!accepts(shownBy(request))) return { status: 401, body: { error: 'invalid_client' } };
    if (request.path === '/device') return { body: deviceCode };
    return { body: request.path === '/token' ? tokens : {} };
  });
  server = started;
  const settings = accountSettings({ issuer: started.url, ...more });
  const found = await discoverAuthorizationServer(settings, {
    fetch: fetchOf(new NodeHttp()),
    clientSecret: new Secret(secret),
  });
  const shown = () =>
    started.requests.filter(({ method }) => method === 'POST').map((request) => `${request.path} ${shownBy(request)}`);
  return { found, settings, shown };
}

const both = ['client_secret_basic', 'client_secret_post'];

describe('a confidential client', () => {
  it('shows a secret with - _ . ~ by Basic as it is to a server that does not decode it', async () => {
    const { found, settings, shown } = await start(both, (text) => text === `basic keytray:${secret}`);
    await refreshTokens(found, settings, new Secret('the-refresh-token'));
    await revokeToken(found, new Secret('the-refresh-token'), 'refresh_token');
    expect(shown()).toEqual([`/token basic keytray:${secret}`, `/revoke basic keytray:${secret}`]);
  });

  it('that is registered for post only is known at the second try of a refresh, and at the first from then on', async () => {
    const { found, settings, shown } = await start(both, (text) => text === `post ${secret}`);
    const reply = await refreshTokens(found, settings, new Secret('the-refresh-token'));
    await revokeToken(found, new Secret('the-refresh-token'), 'refresh_token');
    expect(reply.refreshToken?.reveal()).toBe('the-next-token');
    expect(shown()).toEqual([`/token basic keytray:${secret}`, `/token post ${secret}`, `/revoke post ${secret}`]);
    expect(found.clientAuthentication.method).toBe('post');
  });

  it('finds the method at whichever endpoint comes first', async () => {
    const { found, settings, shown } = await start(both, (text) => text === `post ${secret}`);
    await requestDeviceCode(found, new URL(`${server?.url}/device`), settings);
    await revokeToken(found, new Secret('the-refresh-token'), 'refresh_token');
    expect(shown()).toEqual([`/device basic keytray:${secret}`, `/device post ${secret}`, `/revoke post ${secret}`]);
  });

  it('shows its secret as client_auth says, whatever the server lists', async () => {
    const { found, settings, shown } = await start(['client_secret_basic'], () => true, { clientAuth: 'post' });
    await refreshTokens(found, settings, new Secret('the-refresh-token'));
    expect(shown()).toEqual([`/token post ${secret}`]);
  });

  it('that no method makes known fails after both, once', async () => {
    const { found, settings, shown } = await start(both, () => false);
    await expect(refreshTokens(found, settings, new Secret('the-refresh-token'))).rejects.toMatchObject({
      failure: { kind: 'oauth_error', error: 'invalid_client' },
    });
    expect(shown()).toHaveLength(2);
  });
});

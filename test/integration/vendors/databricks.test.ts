import { randomUUID } from 'node:crypto';
import { WorkspaceClient } from '@databricks/sdk-experimental';
import * as openid from 'openid-client';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startWorkspace, type Workspace } from '../../support/vendors/databricks/workspace.ts';

/** Clients that no one here wrote must find a workspace in the emulator. */

let workspace: Workspace;
beforeAll(async () => {
  workspace = await startWorkspace();
});
afterAll(() => workspace.close());
afterEach(() => {
  workspace.faults.clear();
  Object.assign(workspace.oidc, { singleUseRefresh: true, authorize: 'approve', accessTokenLife: 3_600 });
  workspace.lakebase.mayUse = true;
});

describe("a workspace, as Databricks' SDK for Node sees it", () => {
  const sdk = (secret = workspace.people.servicePrincipal.secret) =>
    new WorkspaceClient({
      host: workspace.url,
      clientId: workspace.people.servicePrincipal.clientId,
      clientSecret: secret,
      authType: 'oauth-m2m',
    });

  it('gives a service principal a token, once, and knows it', async () => {
    const before = workspace.oidc.accessTokens.length;
    const client = sdk();
    const me = await client.currentUser.me();
    expect(me.userName).toBe(workspace.people.servicePrincipal.clientId);
    await client.currentUser.me();
    expect(workspace.oidc.accessTokens.length - before).toBe(1);
    expect(workspace.to('/oidc/v1/token').at(-1)?.headers.authorization).toMatch(/^Basic /);
  });

  it('refuses a wrong secret', async () => {
    await expect(sdk('wrong').currentUser.me()).rejects.toThrow();
  });

  it('knows a personal access token, and no other', async () => {
    const { url, people } = workspace;
    const me = await new WorkspaceClient({ host: url, token: people.pat, authType: 'pat' }).currentUser.me();
    expect(me.userName).toBe('kim@example.com');
    const other = new WorkspaceClient({ host: url, token: `${people.pat}0`, authType: 'pat' });
    await expect(other.currentUser.me()).rejects.toThrow(/not accepted/);
  });

  it('names the host of a database and gives a password for it', async () => {
    const { database } = sdk();
    await expect(database.getDatabaseInstance({ name: 'shop' })).resolves.toMatchObject({
      read_write_dns: 'localhost',
      state: 'AVAILABLE',
    });
    const credential = await database.generateDatabaseCredential({
      request_id: randomUUID(),
      instance_names: ['shop'],
    });
    expect(workspace.lakebase.passwords.at(-1)).toBe(credential.token);
    const left = Date.parse(credential.expiration_time ?? '') - Date.now();
    expect(left).toBeGreaterThan(3_590_000);
    await expect(database.generateDatabaseCredential({ request_id: randomUUID() })).rejects.toThrow('is required');
    await expect(database.getDatabaseInstance({ name: 'nope' })).rejects.toThrow("'nope' not found");
    workspace.lakebase.mayUse = false;
    await expect(
      database.generateDatabaseCredential({ request_id: randomUUID(), instance_names: ['shop'] }),
    ).rejects.toThrow('CAN USE');
  });
});

describe('the autoscaling API', () => {
  const ask = (path: string, body?: object) =>
    fetch(`${workspace.url}/api/2.0/postgres/${path}`, {
      method: body === undefined ? 'GET' : 'POST',
      headers: { authorization: `Bearer ${workspace.people.pat}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  const endpoint = 'projects/shop/branches/main/endpoints/primary';

  it('has other names for the same', async () => {
    expect(await (await ask(endpoint)).json()).toMatchObject({
      status: { hosts: { host: 'localhost' }, current_state: 'ACTIVE' },
    });
    const reply = await (await ask('credentials', { endpoint, ttl: '900s' })).json();
    expect(reply).toEqual({ token: workspace.lakebase.passwords.at(-1), expire_time: expect.stringMatching(/Z$/) });
    expect((await ask('credentials', { endpoint, ttl: '299s' })).status).toBe(400);
    expect((await ask('credentials', { endpoint: 'projects/x' })).status).toBe(404);
  });

  it('has no /api/2.0/token/generate, as no workspace has', async () => {
    const reply = await fetch(`${workspace.url}/api/2.0/token/generate`, { method: 'POST' });
    expect([reply.status, await reply.json()]).toEqual([
      404,
      { error_code: 'ENDPOINT_NOT_FOUND', message: "No API found for 'POST /token/generate'" },
    ]);
  });
});

describe('a sign-in, as openid-client sees it', () => {
  const redirect_uri = 'http://localhost:8020';
  const discovered = async () => {
    const server = new URL(`${workspace.url}/oidc/.well-known/oauth-authorization-server`);
    return openid.discovery(server, 'databricks-cli', undefined, openid.None(), {
      algorithm: 'oauth2',
      execute: [openid.allowInsecureRequests],
      [openid.customFetch]: sameRedirect,
    });
  };
  /** The library adds a slash to the redirect URI; the server wants the string of the first request. */
  const sameRedirect: openid.CustomFetch = (url, options) => {
    if (options.body instanceof URLSearchParams && options.body.has('redirect_uri')) {
      options.body.set('redirect_uri', redirect_uri);
    }
    const { body, method, headers } = options;
    return fetch(url, { method, headers, ...(body === undefined || body === null ? {} : { body: String(body) }) });
  };
  const redirected = async (configuration: openid.Configuration, changes: Record<string, string> = {}) => {
    const verifier = openid.randomPKCECodeVerifier();
    const state = openid.randomState();
    const url = openid.buildAuthorizationUrl(configuration, {
      redirect_uri,
      scope: 'all-apis offline_access',
      state,
      code_challenge: await openid.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
      ...changes,
    });
    const answer = await fetch(url, { redirect: 'manual' });
    return { answer, verifier, state };
  };
  const signIn = async (configuration: openid.Configuration) => {
    const { answer, verifier, state } = await redirected(configuration);
    const back = new URL(answer.headers.get('location') ?? '');
    expect(`${back.origin}`).toBe(redirect_uri);
    return openid.authorizationCodeGrant(configuration, back, { pkceCodeVerifier: verifier, expectedState: state });
  };

  it('gives tokens, and a refresh token that is good once', async () => {
    const configuration = await discovered();
    const first = await signIn(configuration);
    expect(first).toMatchObject({ expires_in: 3_600, scope: 'all-apis offline_access' });
    const second = await openid.refreshTokenGrant(configuration, first.refresh_token ?? '');
    expect(second.refresh_token).not.toBe(first.refresh_token);
    await expect(openid.refreshTokenGrant(configuration, first.refresh_token ?? '')).rejects.toMatchObject({
      error: 'invalid_grant',
      error_description: 'Refresh token is invalid',
    });
    await expect(openid.refreshTokenGrant(configuration, second.refresh_token ?? '')).resolves.toBeDefined();
  });

  it('keeps refresh tokens where they may be used again', async () => {
    workspace.oidc.singleUseRefresh = false;
    const configuration = await discovered();
    const { refresh_token = '' } = await signIn(configuration);
    await openid.refreshTokenGrant(configuration, refresh_token);
    await expect(openid.refreshTokenGrant(configuration, refresh_token)).resolves.toBeDefined();
  });

  it('takes no other redirect, no other client, and no sign-in without PKCE', async () => {
    const configuration = await discovered();
    for (const changes of [
      { redirect_uri: 'http://127.0.0.1:8020' },
      { redirect_uri: 'http://localhost:8041' },
      { redirect_uri: 'http://localhost:8020/callback' },
      { client_id: 'other' },
      { code_challenge_method: 'plain' },
    ]) {
      expect((await redirected(configuration, changes)).answer.status, JSON.stringify(changes)).toBe(400);
    }
  });

  it('can be refused by the person, and can bring back another state', async () => {
    const configuration = await discovered();
    workspace.oidc.authorize = 'deny';
    const denied = new URL((await redirected(configuration)).answer.headers.get('location') ?? '');
    expect(denied.searchParams.get('error')).toBe('access_denied');
    workspace.oidc.authorize = 'wrong_state';
    const { answer, state } = await redirected(configuration);
    expect(new URL(answer.headers.get('location') ?? '').searchParams.get('state')).not.toBe(state);
  });
});

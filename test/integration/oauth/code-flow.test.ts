import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { OAuthFailure } from '../../../core/oauth/oauth-failure.ts';
import { Secret } from '../../../core/secret.ts';
import type { RedirectSettings } from '../../../core/services/shapes.ts';
import {
  accountSettings,
  noEndpoints,
  type RunningAuthorizationServer,
  startAuthorizationServer,
} from '../../support/authorization-server.ts';
import { logIn, tokensOf } from '../../support/browser-login.ts';
import { startScriptedServer } from '../../support/scripted-server.ts';

const clients = [
  {
    clientId: 'keytray',
    redirectUris: ['http://127.0.0.1/callback', 'http://localhost/callback', 'http://127.0.0.1'],
  },
  { clientId: 'confidential', clientSecret: 'a b:c/d%e+f-0123456789' },
];

let real: RunningAuthorizationServer;
beforeAll(async () => {
  real = await startAuthorizationServer({ clients });
});
afterAll(() => real.close());

const settings = (overrides: Parameters<typeof accountSettings>[0] = {}) =>
  accountSettings({ issuer: real.issuer, ...overrides });

describe('authorization code with PKCE at a real server', () => {
  it('ends with tokens and a page that names the person', async () => {
    const login = await logIn(settings(), { login: 'grace' });
    const tokens = tokensOf(login);
    expect(login.page.status).toBe(200);
    expect(login.page.text).toContain('You are signed in to Lab as grace.');
    expect(tokens).toMatchObject({ tokenType: 'bearer', expiresIn: 3600 });
    expect(tokens.identity).toEqual({
      issuer: real.issuer,
      subject: 'grace',
      email: 'grace@demo.example',
      emailVerified: true,
      name: 'grace',
    });
    expect(tokens.refreshToken).toBeInstanceOf(Secret);
    expect(await real.introspect(tokens.accessToken.reveal())).toEqual({ active: true, sub: 'grace' });
  });

  it('asks with S256, state, nonce and consent', async () => {
    const { authorization } = await logIn(settings());
    const asked = authorization.parameters;
    expect(Object.fromEntries(asked)).toMatchObject({
      response_type: 'code',
      client_id: 'keytray',
      redirect_uri: authorization.redirectUri,
      code_challenge_method: 'S256',
      prompt: 'consent',
      scope: 'openid offline_access profile email',
    });
    expect(asked.get('state')).toBe(authorization.state.reveal());
    expect(asked.get('nonce')).toBe(authorization.nonce?.reveal());
    expect(asked.get('code_challenge')).not.toContain(authorization.codeVerifier.reveal());
  });

  it.each<[string, RedirectSettings, RegExp]>([
    ['without a path', { host: '127.0.0.1', ports: 'any', path: 'none' }, /^http:\/\/127\.0\.0\.1:\d+$/],
    ['on localhost', { host: 'localhost', ports: 'any', path: '/callback' }, /^http:\/\/localhost:\d+\/callback$/],
  ])('sends a redirect URI %s exactly so, both times', async (_what, redirect, shape) => {
    const login = await logIn(settings({ redirect }));
    expect(login.authorization.redirectUri).toMatch(shape);
    expect(tokensOf(login).identity?.subject).toBe('ada');
  });

  it('authenticates a client that has a secret', async () => {
    const secret = new Secret('a b:c/d%e+f-0123456789');
    const login = await logIn(settings({ clientId: 'confidential' }), { clientSecret: secret });
    expect(tokensOf(login).identity?.subject).toBe('ada');
  });

  it('is refused with a wrong secret, and says so without it', async () => {
    const secret = new Secret('not-the-secret-at-all');
    const { outcome } = await logIn(settings({ clientId: 'confidential' }), { clientSecret: secret });
    expect(outcome).toMatchObject({ failure: { kind: 'oauth_error', error: 'invalid_client', status: 401 } });
    expect(String(outcome)).not.toContain('not-the-secret');
  });

  it('needs no discovery where the endpoints are given', async () => {
    const endpoints = {
      ...noEndpoints,
      authorizationEndpoint: `${real.issuer}/auth`,
      tokenEndpoint: `${real.issuer}/token`,
    };
    const login = await logIn(settings({ issuer: undefined, endpoints, service: 'oauth' }));
    const tokens = tokensOf(login);
    expect(tokens.accessToken).toBeInstanceOf(Secret);
    // There is no issuer to compare it with, so it proves nothing.
    expect(tokens).toMatchObject({ identity: undefined, idToken: undefined });
  });

  it('passes on a denial', async () => {
    const login = await logIn(settings(), { consent: 'deny' });
    expect(login.outcome).toMatchObject({ message: 'access_denied' });
    expect(login.page.status).toBe(400);
  });

  it('sends the account its resource', async () => {
    const login = await logIn(settings({ resource: 'https://api.lab.example', scopes: ['openid', 'git'] }));
    expect(login.authorization.parameters.get('resource')).toBe('https://api.lab.example');
    expect(tokensOf(login).accessToken).toBeInstanceOf(Secret);
  });
});

describe('an answer that does not fit the request', () => {
  it('is rejected for its nonce', async () => {
    const { outcome } = await logIn(settings(), { distort: (it) => ({ ...it, nonce: new Secret('another-nonce') }) });
    expect(outcome).toBeInstanceOf(OAuthFailure);
    expect(outcome).toMatchObject({ failure: { kind: 'rejected', what: expect.stringContaining('nonce') } });
  });

  it('is refused by the server for its code_verifier', async () => {
    const codeVerifier = new Secret('v'.repeat(43));
    const { outcome } = await logIn(settings(), { distort: (it) => ({ ...it, codeVerifier }) });
    expect(outcome).toMatchObject({ failure: { kind: 'oauth_error', error: 'invalid_grant' } });
  });

  it('is rejected for a signature by a key that is not the server’s', async () => {
    const stranger = await startAuthorizationServer();
    try {
      const endpoints = { ...noEndpoints, jwksUri: `${stranger.issuer}/jwks` };
      const { outcome } = await logIn(settings({ endpoints }));
      expect(outcome).toMatchObject({ failure: { kind: 'rejected' } });
    } finally {
      await stranger.close();
    }
  });

  it('is rejected where userinfo speaks of somebody else', async () => {
    const other = await startScriptedServer(() => ({ body: { sub: 'mallory', preferred_username: 'ada' } }));
    try {
      const endpoints = { ...noEndpoints, userinfoEndpoint: `${other.url}/userinfo` };
      const { outcome } = await logIn(settings({ endpoints }));
      expect(outcome).toMatchObject({ failure: { kind: 'rejected', what: expect.stringContaining('userinfo') } });
    } finally {
      await other.close();
    }
  });

  it('costs only the name where userinfo is down', async () => {
    const down = await startScriptedServer(() => ({ status: 503 }));
    try {
      const endpoints = { ...noEndpoints, userinfoEndpoint: `${down.url}/userinfo` };
      expect(tokensOf(await logIn(settings({ endpoints }))).identity).toEqual({
        issuer: real.issuer,
        subject: 'ada',
        email: undefined,
        name: undefined,
      });
    } finally {
      await down.close();
    }
  });
});

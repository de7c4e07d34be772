import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { OAuthFailure } from '../../../core/oauth/oauth-failure.ts';
import { refreshTokens } from '../../../core/oauth/refresh-grant.ts';
import { revokeToken } from '../../../core/oauth/revocation.ts';
import type { TokenReply } from '../../../core/oauth/token-reply.ts';
import { classifyRefreshFailure } from '../../../core/refresh/outcome.ts';
import { Secret } from '../../../core/secret.ts';
import {
  type AuthorizationServerOptions,
  accountSettings,
  type RunningAuthorizationServer,
  startAuthorizationServer,
} from '../../support/authorization-server.ts';
import { logIn, tokensOf } from '../../support/browser-login.ts';

let real: RunningAuthorizationServer;
const start = async (options: AuthorizationServerOptions = {}) => {
  real = await startAuthorizationServer(options);
};
beforeEach(() => start());
afterEach(() => real.close());

const refreshTokenOf = ({ refreshToken }: TokenReply): Secret => {
  if (refreshToken === undefined) throw new Error('no refresh token');
  return refreshToken;
};

const signedIn = async () => {
  const settings = accountSettings({ issuer: real.issuer });
  const login = await logIn(settings);
  const tokens = tokensOf(login);
  const refresh = (token: Secret) => refreshTokens(login.server, settings, token);
  return { ...login, settings, tokens, refresh };
};

const failureOf = async (work: Promise<unknown>): Promise<OAuthFailure> => {
  const failure = await work.then(
    () => new Error('it worked'),
    (error: unknown) => error,
  );
  if (failure instanceof OAuthFailure) return failure;
  throw failure;
};

describe('a rotating refresh token at a real server', () => {
  it('is replaced with every use', async () => {
    const { tokens, refresh } = await signedIn();
    const first = refreshTokenOf(tokens);
    const renewed = await refresh(first);
    expect(refreshTokenOf(renewed).equals(first)).toBe(false);
    expect(renewed.accessToken.equals(tokens.accessToken)).toBe(false);
    expect(renewed.identity?.subject).toBe('ada');
    expect(await real.isRevoked(first.reveal())).toBe(true);
    expect(await real.introspect(renewed.accessToken.reveal())).toEqual({ active: true, sub: 'ada' });
  });

  it('takes its family with it when it is used twice', async () => {
    const { tokens, refresh } = await signedIn();
    const renewed = await refresh(refreshTokenOf(tokens));
    const failure = await failureOf(refresh(refreshTokenOf(tokens)));
    expect(classifyRefreshFailure(failure)).toMatchObject({ kind: 'invalid_grant' });
    expect(await real.isRevoked(refreshTokenOf(renewed).reveal())).toBe(true);
    expect(await real.isRevoked(renewed.accessToken.reveal())).toBe(true);
  });

  it('has rotated although the answer was lost, and a server without grace does not take it again', async () => {
    const { tokens, refresh } = await signedIn();
    real.faults.dropNext();
    const failure = await failureOf(refresh(refreshTokenOf(tokens)));
    expect(failure.failure).toMatchObject({ error: 'invalid_grant' });
    expect(real.requests.refresh_token).toBe(2);
    expect(await real.isRevoked(refreshTokenOf(tokens).reveal())).toBe(true);
  });

  it('survives an outage', async () => {
    const { tokens, refresh } = await signedIn();
    real.faults.outage = { status: 503, body: '<h1>Back soon</h1>', headers: { 'retry-after': '30' } };
    const failure = await failureOf(refresh(refreshTokenOf(tokens)));
    expect(classifyRefreshFailure(failure)).toMatchObject({ kind: 'transient', retryAfter: 30 });
    real.faults.outage = undefined;
    expect((await refresh(refreshTokenOf(tokens))).accessToken).toBeInstanceOf(Secret);
  });

  it('is not spent before the held reply is sent, nor asked for twice', async () => {
    const { tokens, refresh } = await signedIn();
    const release = real.faults.hold();
    let done = false;
    const refreshing = refresh(refreshTokenOf(tokens)).finally(() => {
      done = true;
    });
    while (!(await real.isRevoked(refreshTokenOf(tokens).reveal()))) await new Promise((go) => setTimeout(go, 5));
    expect(done).toBe(false);
    release();
    await refreshing;
    expect(real.requests.refresh_token).toBe(1);
  });
});

describe('a refresh token that does not rotate', () => {
  it('is kept when the reply brings none or the same', async () => {
    await real.close();
    await start({ rotateRefreshToken: false });
    const { tokens, refresh } = await signedIn();
    const renewed = await refresh(refreshTokenOf(tokens));
    expect(renewed.refreshToken === undefined || renewed.refreshToken.equals(refreshTokenOf(tokens))).toBe(true);
    expect((await refresh(refreshTokenOf(tokens))).accessToken).toBeInstanceOf(Secret);
  });
});

describe('revokeToken', () => {
  it('ends the refresh token and what came of it', async () => {
    const { server, tokens } = await signedIn();
    expect(await revokeToken(server, refreshTokenOf(tokens), 'refresh_token')).toBe('revoked');
    expect(await real.isRevoked(refreshTokenOf(tokens).reveal())).toBe(true);
    expect(await real.isRevoked(tokens.accessToken.reveal())).toBe(true);
    expect(real.requests.revocation).toBe(1);
  });

  it('does not mind a token the server has never seen', async () => {
    const { server } = await signedIn();
    expect(await revokeToken(server, new Secret('unknown-token'), 'refresh_token')).toBe('revoked');
  });

  it('says where the server offers none', async () => {
    const { server, tokens } = await signedIn();
    const without = { ...server, revocationEndpoint: undefined };
    expect(await revokeToken(without, tokens.accessToken, 'access_token')).toBe('unsupported');
    expect(real.requests.revocation).toBe(0);
  });

  it('fails where the server cannot be reached', async () => {
    const { server, tokens } = await signedIn();
    await real.close();
    const failure = await failureOf(revokeToken(server, tokens.accessToken, 'access_token'));
    expect(failure.failure).toEqual({ kind: 'network', code: 'ECONNREFUSED' });
    await start();
  });
});

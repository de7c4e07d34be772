import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { text } from 'node:stream/consumers';
import type { IdTokens } from './id-tokens.ts';

/** What one reply of the token endpoint gave; a record must never hold parts of two. */
export interface IssuedPair {
  readonly access: string;
  readonly refresh: string;
  /** The refresh token it was paid with; undefined for the first of a sign-in. */
  readonly paidWith: string | undefined;
}

/** A refresh as it arrives: what stands in the way of its answer, or in its place, decides what to do with it. */
export interface RefreshExchange {
  readonly response: ServerResponse;
  /** Rotates, and tells what a server in good health would say. */
  carryOut(): { readonly status: number; readonly body: object };
}

export type Fault = (exchange: RefreshExchange) => void;

export interface RotatingServerOptions {
  /** Served over TLS under another name. */
  readonly secure?: { readonly key: Buffer; readonly cert: Buffer; readonly issuer: string };
  /** Every reply brings an ID token. */
  readonly idTokens?: IdTokens;
  /** The server has a userinfo endpoint, which takes the tokens that live. */
  readonly userinfo?: true;
  /** Milliseconds for which a spent refresh token is taken again, as often as it comes; then it ends its family. */
  readonly graceWindow?: number;
}

export interface RotatingServer {
  readonly issuer: string;
  readonly port: number;
  readonly issued: readonly IssuedPair[];
  /** Refresh tokens presented, good ones and bad ones. */
  readonly presented: readonly string[];
  /** A spent refresh token is taken once more; without grace it ends its whole family (RFC 9700 §4.14.2). */
  grace: boolean;
  /** Off: a refresh token stays good, and replies to a refresh bring none. */
  rotates: boolean;
  /** On: a refresh ends the access token it replaces. */
  revokesAccess: boolean;
  /** Seconds an access token that was refreshed lives; undefined: the server does not say. */
  lifetime: number | undefined;
  /** Seconds its clock is ahead, as `Date` and as its ID tokens tell. */
  dateOffset: number;
  idTokenOffset: number;
  /** Take the place of those its ID tokens would have. */
  claims: object;
  /** Off: a refresh brings no ID token. */
  renewsIdTokens: boolean;
  /** Awaited before a code is answered. */
  beforeCodeAnswer: (() => Promise<void>) | undefined;
  /** Awaited before the signing keys are shown. */
  beforeKeys: (() => Promise<void>) | undefined;
  /** Answers refreshes while it is set. */
  fault: Fault | undefined;
  readonly revoked: readonly string[];
  /** What a sign-in would have issued. */
  grant(): IssuedPair;
  /** The next refresh is carried out and never answered; resolves once it was. */
  swallowNextReply(): Promise<void>;
  close(): Promise<void>;
}

interface Family {
  alive: boolean;
}

interface RefreshToken {
  readonly family: Family;
  uses: number;
  /** `performance.now()` of the first use. */
  spentAt: number | undefined;
}

/** Short, so that the token of a sign-in has run out when the test gets to its refresh. */
const firstLifetime = 1;
const laterLifetime = 3_600;

/**
 * A real authorization server that signs everybody in at once, rotates refresh tokens and detects their reuse. It is a
 * Quilt catalog with its registry as well, where `grant` gives the code.
 */
export async function startRotatingServer(options: RotatingServerOptions = {}): Promise<RotatingServer> {
  const issued: IssuedPair[] = [];
  const presented: string[] = [];
  const revoked: string[] = [];
  const codes = new Map<string, { readonly challenge: string; readonly nonce: string | undefined }>();
  const refreshTokens = new Map<string, RefreshToken>();
  let swallow: (() => void) | undefined;

  const random = (): string => randomBytes(24).toString('base64url');

  const issue = (family: Family, paidWith: string | undefined): IssuedPair => {
    const pair = { access: `access-${random()}`, refresh: `refresh-${random()}`, paidWith };
    issued.push(pair);
    refreshTokens.set(pair.refresh, { family, uses: 0, spentAt: undefined });
    return pair;
  };

  const replyWith = (pair: IssuedPair, nonce?: string): object => ({
    access_token: pair.access,
    ...(pair.paidWith === pair.refresh ? {} : { refresh_token: pair.refresh }),
    token_type: 'Bearer',
    expires_in: pair.paidWith === undefined ? firstLifetime : server.lifetime,
    ...(options.idTokens === undefined || (pair.paidWith !== undefined && !server.renewsIdTokens)
      ? {}
      : { id_token: options.idTokens.sign(claimsWith(nonce)) }),
  });

  const claimsWith = (nonce: string | undefined): object => {
    const now = Math.floor(Date.now() / 1_000) + server.idTokenOffset;
    return { iss: server.issuer, aud: 'keytray', sub: 'ada', iat: now, exp: now + 600, nonce, ...server.claims };
  };

  const redeemCode = (form: URLSearchParams): object | undefined => {
    const code = form.get('code') ?? '';
    const asked = codes.get(code);
    codes.delete(code);
    const verifier = createHash('sha256')
      .update(form.get('code_verifier') ?? '')
      .digest('base64url');
    if (asked?.challenge !== verifier) return undefined;
    return replyWith(issue({ alive: true }, undefined), asked.nonce);
  };

  const rotate = (form: URLSearchParams): object | undefined => {
    const value = form.get('refresh_token') ?? '';
    const token = refreshTokens.get(value);
    if (token === undefined || !token.family.alive) return undefined;
    if (!server.rotates) {
      const pair = { access: `access-${random()}`, refresh: value, paidWith: value };
      issued.push(pair);
      return replyWith(pair);
    }
    token.uses += 1;
    token.spentAt ??= performance.now();
    const forgiven = performance.now() - token.spentAt < (options.graceWindow ?? 0);
    if (forgiven || token.uses <= (server.grace ? 2 : 1)) return replyWith(issue(token.family, value));
    token.family.alive = false;
    return undefined;
  };

  const authorize = (query: URLSearchParams): string => {
    const code = random();
    codes.set(code, { challenge: query.get('code_challenge') ?? '', nonce: query.get('nonce') ?? undefined });
    const back = new URL(query.get('redirect_uri') ?? '');
    back.search = new URLSearchParams({ code, state: query.get('state') ?? '', iss: server.issuer }).toString();
    return back.href;
  };

  /** As a Quilt registry answers: an end in place of a lifetime, and errors with status 200. Undefined: not at all. */
  const serveRegistry = (form: URLSearchParams): object | undefined => {
    presented.push(form.get('refresh_token') ?? '');
    if (rotate(form) === undefined) return { error: 'Invalid refresh token' };
    const pair = issued.at(-1);
    const expires_at = Math.floor(Date.now() / 1_000) + (server.lifetime ?? 0);
    const swallowed = swallow;
    swallow = undefined;
    swallowed?.();
    return swallowed === undefined
      ? { access_token: pair?.access, refresh_token: pair?.refresh, expires_at }
      : undefined;
  };

  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const url = new URL(request.url ?? '', server.issuer);
    response.setHeader('date', new Date(Date.now() + server.dateOffset * 1_000).toUTCString());
    const json = (status: number, body: object): void => {
      response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' });
      response.end(JSON.stringify(body));
    };
    if (url.pathname === '/.well-known/openid-configuration') return json(200, metadata(server.issuer, options));
    if (url.pathname === '/userinfo') {
      const token = request.headers.authorization?.replace('Bearer ', '');
      const living = server.revokesAccess ? issued.slice(-1) : issued;
      return living.some(({ access }) => access === token) ? json(200, { sub: 'ada' }) : json(401, {});
    }
    if (url.pathname === '/jwks') await server.beforeKeys?.();
    if (url.pathname === '/jwks') return json(200, options.idTokens?.jwks ?? {});
    if (url.pathname === '/authorize') {
      response.writeHead(303, { location: authorize(url.searchParams) }).end();
      return;
    }
    if (url.pathname === '/config.json') return json(200, { registryUrl: server.issuer });
    const form = new URLSearchParams(await text(request));
    if (url.pathname === '/api/token') {
      const answer = serveRegistry(form);
      if (answer !== undefined) json(200, answer);
      return;
    }
    if (url.pathname === '/revoke') {
      revoked.push(form.get('token') ?? '');
      return json(200, {});
    }
    if (url.pathname !== '/token') return json(404, {});
    const refreshes = form.get('grant_type') === 'refresh_token';
    const carryOut = () => {
      const reply = refreshes ? rotate(form) : redeemCode(form);
      return reply === undefined ? { status: 400, body: { error: 'invalid_grant' } } : { status: 200, body: reply };
    };
    if (refreshes) presented.push(form.get('refresh_token') ?? '');
    if (refreshes && server.fault !== undefined) return server.fault({ response, carryOut });
    if (!refreshes) await server.beforeCodeAnswer?.();
    const { status, body } = carryOut();
    if (status !== 200 || swallow === undefined || !refreshes) return json(status, body);
    swallow();
    swallow = undefined;
  };

  const handler: RequestListener = (request, response) => void serve(request, response);
  const listener = options.secure === undefined ? createServer(handler) : createSecureServer(options.secure, handler);
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const address = listener.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const server: RotatingServer = {
    issuer: options.secure?.issuer ?? `http://127.0.0.1:${port}`,
    port,
    issued,
    presented,
    revoked,
    grace: false,
    rotates: true,
    revokesAccess: false,
    lifetime: laterLifetime,
    dateOffset: 0,
    idTokenOffset: 0,
    claims: {},
    renewsIdTokens: true,
    beforeCodeAnswer: undefined,
    beforeKeys: undefined,
    fault: undefined,
    grant: () => issue({ alive: true }, undefined),
    swallowNextReply: () =>
      new Promise((resolve) => {
        swallow = resolve;
      }),
    close: () =>
      new Promise((resolve) => {
        listener.close(() => resolve());
        listener.closeAllConnections();
      }),
  };
  return server;
}

const metadata = (issuer: string, { userinfo }: RotatingServerOptions) => ({
  issuer,
  authorization_endpoint: `${issuer}/authorize`,
  token_endpoint: `${issuer}/token`,
  revocation_endpoint: `${issuer}/revoke`,
  jwks_uri: `${issuer}/jwks`,
  ...(userinfo && { userinfo_endpoint: `${issuer}/userinfo` }),
  response_types_supported: ['code'],
  grant_types_supported: ['authorization_code', 'refresh_token'],
  code_challenge_methods_supported: ['S256'],
  token_endpoint_auth_methods_supported: ['none'],
  id_token_signing_alg_values_supported: ['ES256'],
  authorization_response_iss_parameter_supported: true,
});

import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';

/** What one reply of the token endpoint gave; a record must never hold parts of two. */
export interface IssuedPair {
  readonly access: string;
  readonly refresh: string;
  /** The refresh token it was paid with; undefined for the first of a sign-in. */
  readonly paidWith: string | undefined;
}

export interface RotatingServer {
  readonly issuer: string;
  readonly issued: readonly IssuedPair[];
  /** Refresh tokens presented, good ones and bad ones. */
  readonly presented: readonly string[];
  /** A spent refresh token is taken once more; without grace it ends its whole family (RFC 9700 §4.14.2). */
  grace: boolean;
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
}

/** Short, so that the token of a sign-in has run out when the test gets to its refresh. */
const firstLifetime = 1;
const laterLifetime = 3_600;

/** A real authorization server that signs everybody in at once, rotates refresh tokens and detects their reuse. */
export async function startRotatingServer(): Promise<RotatingServer> {
  const issued: IssuedPair[] = [];
  const presented: string[] = [];
  const codes = new Map<string, string>();
  const refreshTokens = new Map<string, RefreshToken>();
  let swallow: (() => void) | undefined;

  const random = (): string => randomBytes(24).toString('base64url');

  const issue = (family: Family, paidWith: string | undefined): object => {
    const pair = { access: `access-${random()}`, refresh: `refresh-${random()}`, paidWith };
    issued.push(pair);
    refreshTokens.set(pair.refresh, { family, uses: 0 });
    return {
      access_token: pair.access,
      refresh_token: pair.refresh,
      token_type: 'Bearer',
      expires_in: paidWith === undefined ? firstLifetime : laterLifetime,
    };
  };

  const redeemCode = (form: URLSearchParams): object | undefined => {
    const code = form.get('code') ?? '';
    const challenge = codes.get(code);
    codes.delete(code);
    const verifier = createHash('sha256')
      .update(form.get('code_verifier') ?? '')
      .digest('base64url');
    return challenge === verifier ? issue({ alive: true }, undefined) : undefined;
  };

  const rotate = (form: URLSearchParams): object | undefined => {
    const value = form.get('refresh_token') ?? '';
    presented.push(value);
    const token = refreshTokens.get(value);
    if (token === undefined || !token.family.alive) return undefined;
    token.uses += 1;
    if (token.uses <= (server.grace ? 2 : 1)) return issue(token.family, value);
    token.family.alive = false;
    return undefined;
  };

  const authorize = (query: URLSearchParams): string => {
    const code = random();
    codes.set(code, query.get('code_challenge') ?? '');
    const back = new URL(query.get('redirect_uri') ?? '');
    back.search = new URLSearchParams({ code, state: query.get('state') ?? '', iss: server.issuer }).toString();
    return back.href;
  };

  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const url = new URL(request.url ?? '', server.issuer);
    const json = (status: number, body: object): void => {
      response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' });
      response.end(JSON.stringify(body));
    };
    if (url.pathname === '/.well-known/openid-configuration') return json(200, metadata(server.issuer));
    if (url.pathname === '/authorize') {
      response.writeHead(303, { location: authorize(url.searchParams) }).end();
      return;
    }
    if (url.pathname !== '/token') return json(404, {});
    const form = new URLSearchParams(await text(request));
    const reply = form.get('grant_type') === 'refresh_token' ? rotate(form) : redeemCode(form);
    if (reply === undefined) return json(400, { error: 'invalid_grant' });
    if (swallow === undefined || form.get('grant_type') !== 'refresh_token') return json(200, reply);
    swallow();
    swallow = undefined;
  };

  const listener = createServer((request, response) => void serve(request, response));
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const address = listener.address();
  const server: RotatingServer = {
    issuer: `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`,
    issued,
    presented,
    grace: false,
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

const metadata = (issuer: string) => ({
  issuer,
  authorization_endpoint: `${issuer}/authorize`,
  token_endpoint: `${issuer}/token`,
  response_types_supported: ['code'],
  grant_types_supported: ['authorization_code', 'refresh_token'],
  code_challenge_methods_supported: ['S256'],
  token_endpoint_auth_methods_supported: ['none'],
  authorization_response_iss_parameter_supported: true,
});

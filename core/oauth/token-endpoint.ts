import type { Configuration, CustomFetch, TokenEndpointResponse, TokenEndpointResponseHelpers } from 'openid-client';
import { z } from 'zod';
import { KeytrayError } from '../errors.ts';
import type { AuthorizationServer } from './authorization-server.ts';
import { type ClientLibrary, loadClient } from './client-library.ts';
import { algorithmOf } from './id-token-signature.ts';
import { identityOf } from './identity.ts';
import {
  failureOfReply,
  failureOfThrown,
  isTimestampProblem,
  type MappingContext,
  malformedReply,
  rejectedIdToken,
  rejectedReply,
} from './map-error.ts';
import { OAuthFailure } from './oauth-failure.ts';
import type { Reply } from './reply.ts';
import { readTokenReply, type TokenBody } from './token-body.ts';
import type { Identity, RefusedTokens, TokenReply } from './token-reply.ts';
import { type Watch, watch } from './watched-fetch.ts';

type Exchange = (
  client: ClientLibrary,
  configuration: Configuration,
) => Promise<TokenEndpointResponse & TokenEndpointResponseHelpers>;

export interface ExchangeOptions {
  /** Server clock minus ours in seconds. */
  readonly clockSkew?: number | undefined;
  /** Sent as it stands, since the library always ends a path-less one with a slash. */
  readonly redirectUri?: string;
  /**
   * `must be valid`: a bad ID token fails the exchange. `may be dropped`: the tokens are kept without it, because
   * the refresh token they replace is already spent.
   */
  readonly idToken: 'must be valid' | 'may be dropped';
  /** Given what the server issued where the exchange fails all the same; awaited before the failure is thrown. */
  readonly refused?: Refused | undefined;
  /**
   * Given the reply without what its ID token says, where the server's keys have to be asked for first. It has spent a
   * refresh token: the new one must not be lost meanwhile. What it throws ends the exchange.
   */
  readonly received?: Received | undefined;
}

export type Received = (reply: TokenReply) => Promise<void>;
export type Refused = (tokens: RefusedTokens) => Promise<void>;

/** One exchange at the token endpoint. Every failure is an `OAuthFailure`, or a `KeytrayError` of the HTTP port. */
export async function requestTokens(
  server: AuthorizationServer,
  exchange: Exchange,
  options: ExchangeOptions,
): Promise<TokenReply> {
  const once = async (): Promise<Outcome> => {
    const watched = watch(server, options.redirectUri);
    try {
      return { reply: await requestWatched(server, exchange, options, watched) };
    } catch (failure) {
      return { failure };
    } finally {
      // The library's configuration holds on to the watch until the next exchange, and this is a reply full of tokens.
      watched.forget();
    }
  };
  const outcome = await server.clientAuthentication.send(once, refusalOf);
  if ('failure' in outcome) throw outcome.failure;
  return outcome.reply;
}

type Outcome = { readonly reply: TokenReply } | { readonly failure: unknown };

const refusalOf = (outcome: Outcome): OAuthFailure | undefined =>
  'failure' in outcome && outcome.failure instanceof OAuthFailure ? outcome.failure : undefined;

async function requestWatched(
  server: AuthorizationServer,
  exchange: Exchange,
  options: ExchangeOptions,
  watched: Watch,
): Promise<TokenReply> {
  const client = await loadClient();
  const attempt = (fetch: CustomFetch, clockSkew: number | undefined) =>
    exchange(client, server.configure({ fetch, clockSkew }));

  let result: Awaited<ReturnType<Exchange>> | undefined;
  let problem: unknown;
  try {
    result = await attempt(watched.fetch, options.clockSkew);
  } catch (thrown) {
    problem = thrown;
  }
  const seen = watched.seen();
  if (seen.kind === 'nothing') throw rejectedReply(problem);
  if (seen.kind === 'thrown') throw failureOfThrown(seen.thrown, server.tokenEndpoint);
  const context = { trusted: server.trusted, sent: watched.sent() };
  const body = bodyOf(seen.reply, context);

  if (result === undefined && isTimestampProblem(problem) && seen.reply.clockSkew !== undefined) {
    // Our clock is wrong, not the token: judge the same answer again by the server's clock.
    try {
      result = await attempt(watched.replay, seen.reply.clockSkew);
    } catch (thrown) {
      problem = thrown;
    }
  }
  problem = algorithmRefusal(server, body) ?? problem;
  const { clockSkew } = seen.reply;
  if (result !== undefined && server.issuer !== undefined && body.idToken !== undefined) {
    const asks = options.received !== undefined && (await server.idTokenSignature.asksForKeys(body.idToken));
    if (asks) await options.received?.(replyOf(body, undefined, clockSkew));
    try {
      await server.idTokenSignature.verify(body.idToken, server.fetch);
    } catch (thrown) {
      problem = thrown;
      result = undefined;
    }
  }
  if (result === undefined && options.idToken === 'must be valid') {
    await options.refused?.({ ...body, subject: claimedSubject(seen.reply.json) });
    throw failureOfIdToken(problem, body);
  }

  const claims = result?.claims();
  const identity = await identityIn(claims, server, options, { ...body, subject: claims?.sub });
  return replyOf(body, identity, clockSkew);
}

/** An ID token that names nobody is left out. */
const replyOf = (body: TokenBody, identity: Identity | undefined, clockSkew: number | undefined): TokenReply => ({
  accessToken: body.accessToken,
  refreshToken: body.refreshToken,
  idToken: identity === undefined ? undefined : body.idToken,
  tokenType: body.tokenType,
  scope: body.scope,
  expiresIn: body.expiresIn,
  loginExpiresIn: body.loginExpiresIn,
  clockSkew,
  identity,
});

/** Our own word for an algorithm that is not accepted says more than the library's. */
function algorithmRefusal(server: AuthorizationServer, { idToken }: TokenBody): OAuthFailure | undefined {
  const algorithm = idToken === undefined ? undefined : algorithmOf(idToken);
  const refusal = algorithm === undefined ? undefined : server.idTokenSignature.refusalOf(algorithm);
  if (algorithm === undefined || refusal === undefined) return undefined;
  return rejectedIdToken(algorithm, refusal, `cannot be used: ${refusal}`);
}

const failureOfIdToken = (problem: unknown, { idToken }: TokenBody): Error =>
  problem instanceof OAuthFailure || problem instanceof KeytrayError
    ? problem
    : rejectedReply(problem, idToken === undefined ? undefined : (algorithmOf(idToken) ?? 'an unknown algorithm'));

/** An ID token that names nobody is as bad as one that is not valid. */
async function identityIn(
  claims: { readonly iss: string; readonly sub: string } | undefined,
  server: AuthorizationServer,
  { idToken, refused }: ExchangeOptions,
  tokens: RefusedTokens,
): Promise<Identity | undefined> {
  if (claims === undefined) return undefined;
  try {
    return identityOf(claims, server.emailRules);
  } catch (error) {
    if (idToken === 'may be dropped') return undefined;
    await refused?.(tokens);
    throw error;
  }
}

function bodyOf(reply: Reply, context: MappingContext): TokenBody {
  if (reply.status !== 200) throw failureOfReply(reply, context);
  const body = readTokenReply(reply.json);
  if (body !== undefined) return body;
  const failure = failureOfReply(reply, context);
  // Some servers send their errors with status 200.
  throw failure.failure.kind === 'oauth_error' ? failure : malformedReply(reply, 'a token reply');
}

const idTokenReply = z.object({ id_token: z.string() });
const subjectClaim = z.object({ sub: z.string() });

/** Whom an ID token names, unchecked. */
function claimedSubject(reply: unknown): string | undefined {
  try {
    const [, payload = ''] = idTokenReply.parse(reply).id_token.split('.');
    return subjectClaim.parse(JSON.parse(Buffer.from(payload, 'base64url').toString())).sub;
  } catch {
    return undefined;
  }
}

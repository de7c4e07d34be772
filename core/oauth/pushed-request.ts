import type { CustomFetch } from 'openid-client';
import { z } from 'zod';
import { readLifetime } from '../untrusted/lifetime.ts';
import { withoutEmptyMembers } from '../untrusted/members.ts';
import { isTokenText } from '../untrusted/token-text.ts';
import type { AuthorizationServer } from './authorization-server.ts';
import { loadClient } from './client-library.ts';
import { classOfError, isPassingStatus } from './error-class.ts';
import { requestInit } from './library-fetch.ts';
import { failureOfReply, failureOfThrown, malformedReply, refusalIn } from './map-error.ts';
import type { OAuthFailureCause } from './oauth-failure.ts';
import { type Reply, readReply } from './reply.ts';
import type { PushedRequests } from './server-description.ts';
import { secretsOf } from './watched-fetch.ts';

/** What stands for a pushed request at the authorization endpoint (RFC 9126 §2.2). */
export interface PushedRequest {
  readonly requestUri: string;
  /** Whole seconds. */
  readonly expiresIn: number;
}

/** RFC 9126 §2.2 says 5 to 600 s; the one of those that most servers choose. */
const usualLife = 60;

const answerSchema = z.object({
  request_uri: z.string().max(4_096).refine(isTokenText),
  expires_in: z.unknown().optional().transform(readLifetime),
});

/**
 * Sends an authorization request ahead of the browser (RFC 9126 §2.1), authenticated as at the token endpoint.
 * Throws `OAuthFailure`, or a `KeytrayError` of the HTTP port.
 */
export async function pushRequest(
  server: AuthorizationServer,
  { endpoint }: PushedRequests,
  parameters: URLSearchParams,
): Promise<PushedRequest> {
  const { reply, sent } = await server.clientAuthentication.send(
    () => ask(server, endpoint, parameters),
    (answer) => refusalIn(answer.reply),
  );
  const succeeded = reply.status === 200 || reply.status === 201;
  const parsed = succeeded ? answerSchema.safeParse(withoutEmptyMembers(reply.json)) : undefined;
  if (parsed?.success === true) {
    const { request_uri: requestUri, expires_in: expiresIn } = parsed.data;
    return { requestUri, expiresIn: expiresIn ?? usualLife };
  }
  const failure = failureOfReply(reply, { trusted: server.trusted, sent });
  const refused = !succeeded || failure.failure.kind === 'oauth_error';
  throw refused ? failure : malformedReply(reply, 'the answer to a pushed request');
}

/**
 * True where the server offers pushed requests but does not take one from this client, and the same request may pass
 * through the browser: some list the endpoint for clients with a secret alone. Pure.
 */
export function isForOthersOnly(failure: OAuthFailureCause, client: 'public' | 'confidential'): boolean {
  switch (failure.kind) {
    case 'http_status':
      return failure.status >= 400 && !isPassingStatus(failure.status);
    case 'oauth_error':
      if (classOfError(failure.error, failure.status) === 'passing') return false;
      if (failure.error === 'invalid_client') return client === 'public';
      // What these say of the request is as true in the browser, and said sooner here.
      return ['invalid_request', 'unauthorized_client'].includes(failure.error);
    default:
      return false;
  }
}

interface Answer {
  readonly reply: Reply;
  readonly sent: readonly string[];
}

async function ask(server: AuthorizationServer, endpoint: URL, parameters: URLSearchParams): Promise<Answer> {
  const client = await loadClient();
  let seen: Answer | undefined;
  const fetch: CustomFetch = async (url, options) => {
    const form = options.body instanceof URLSearchParams ? options.body : new URLSearchParams();
    const sent = secretsOf(form, new Headers(options.headers).get('authorization'));
    seen = { reply: await readReply(new URL(url), await server.fetch(url, requestInit(options))), sent };
    // The library's own judgement is stricter than real servers are; the answer is judged by our schema.
    return Response.json({ request_uri: '-', expires_in: 1 }, { status: 201 });
  };
  try {
    const configuration = server.configure({ fetch, clockSkew: undefined });
    await client.buildAuthorizationUrlWithPAR(configuration, parameters);
  } catch (thrown) {
    throw failureOfThrown(thrown, endpoint);
  }
  if (seen === undefined) throw failureOfThrown(new Error('nothing was sent'), endpoint);
  return seen;
}

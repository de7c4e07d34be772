import type { CustomFetch } from 'openid-client';
import { z } from 'zod';
import { mayCarrySecrets } from '../platform/loopback-host.ts';
import { Secret } from '../secret.ts';
import type { AccountSettings } from '../services/service.ts';
import { noEnd, readLifetime } from '../untrusted/lifetime.ts';
import { withoutEmptyMembers } from '../untrusted/members.ts';
import { plainText } from '../untrusted/plain-text.ts';
import { isTokenText } from '../untrusted/token-text.ts';
import type { AuthorizationServer } from './authorization-server.ts';
import { loadClient } from './client-library.ts';
import { requestInit } from './library-fetch.ts';
import { failureOfReply, failureOfThrown, malformedReply, refusalIn } from './map-error.ts';
import { type Reply, readReply } from './reply.ts';
import { secretsOf } from './watched-fetch.ts';

/** What the server gave for one sign-in by device code (RFC 8628 §3.2). */
export interface DeviceAuthorization {
  readonly deviceCode: Secret;
  /** What the person types. Whoever sees it could sign in as themselves with it, so it is shown to the person alone. */
  readonly userCode: Secret;
  readonly verificationUri: URL;
  /** The same with the code in it. */
  readonly verificationUriComplete: Secret | undefined;
  /** Seconds. */
  readonly expiresIn: number;
  /** Seconds between two polls. */
  readonly interval: number;
  /** Of the challenge that the server was given (RFC 7636 §4.1); undefined where it refused one. */
  readonly codeVerifier: Secret | undefined;
}

// Longer than anybody needs to fetch a phone; some servers would keep us asking for days.
const longestLife = 1_800;
const defaultInterval = 5;

const address = z.string().refine((text) => URL.canParse(text) && mayCarrySecrets(new URL(text)));
const seconds = z
  .unknown()
  .optional()
  .transform((value) => readLifetime(value) || undefined);

const answerSchema = z.object({
  device_code: z.string().max(8_192).refine(isTokenText),
  user_code: z
    .string()
    .transform((text) => plainText(text, 64))
    .pipe(z.string().min(1)),
  verification_uri: address.optional(),
  // Google's name for it, older than the RFC.
  verification_url: address.optional(),
  verification_uri_complete: address.optional().catch(undefined),
  expires_in: seconds.refine((value) => value !== undefined),
  interval: seconds,
});

/**
 * Asks for a device code (RFC 8628 §3.1). Of the account's settings only scope, audience and resource are sent:
 * parameters of the authorization request mean nothing here, and Google refuses what it does not know. A challenge (RFC 7636 §4.3)
 * is sent as well, since some servers demand it of every client; where the server refuses the request, it is made once without.
 * Throws `OAuthFailure`, or a `KeytrayError` of the HTTP port. `endpoint` is the server's.
 */
export async function requestDeviceCode(
  server: AuthorizationServer,
  endpoint: URL,
  settings: Pick<AccountSettings, 'scopes' | 'audience' | 'resource'>,
): Promise<DeviceAuthorization> {
  const parameters = new URLSearchParams();
  if (settings.scopes.length > 0) parameters.set('scope', settings.scopes.join(' '));
  if (settings.audience !== undefined) parameters.set('audience', settings.audience);
  if (settings.resource !== undefined) parameters.set('resource', settings.resource);

  const client = await loadClient();
  const codeVerifier = client.randomPKCECodeVerifier();
  const challenge = new URLSearchParams(parameters);
  challenge.set('code_challenge', await client.calculatePKCECodeChallenge(codeVerifier));
  challenge.set('code_challenge_method', 'S256');
  const asked = await send(server, endpoint, challenge);
  if (!isInvalidRequest(asked)) return readAnswer(server, asked, new Secret(codeVerifier));
  const again = await send(server, endpoint, parameters);
  // Where it was not the challenge, the first refusal is the one that counts.
  return readAnswer(server, isInvalidRequest(again) ? asked : again, undefined);
}

interface Answered {
  readonly reply: Reply;
  readonly sent: readonly string[];
}

const send = (server: AuthorizationServer, endpoint: URL, parameters: URLSearchParams): Promise<Answered> =>
  server.clientAuthentication.send(
    () => ask(server, endpoint, parameters),
    (answer) => refusalIn(answer.reply),
  );

function isInvalidRequest({ reply }: Answered): boolean {
  const failure = reply.status < 500 ? refusalIn(reply)?.failure : undefined;
  return failure?.kind === 'oauth_error' && failure.error === 'invalid_request';
}

/** Throws `OAuthFailure` where the answer is no device code. */
function readAnswer(
  server: AuthorizationServer,
  { reply, sent }: Answered,
  codeVerifier: Secret | undefined,
): DeviceAuthorization {
  const parsed = reply.status === 200 ? answerSchema.safeParse(withoutEmptyMembers(reply.json)) : undefined;
  const answer = parsed?.data;
  const verificationUri = answer?.verification_uri ?? answer?.verification_url;
  if (answer?.expires_in === undefined || verificationUri === undefined) {
    const failure = failureOfReply(reply, { trusted: server.trusted, sent });
    const refused = reply.status !== 200 || failure.failure.kind === 'oauth_error';
    throw refused ? failure : malformedReply(reply, 'a device code');
  }
  const complete = answer.verification_uri_complete;
  return {
    deviceCode: new Secret(answer.device_code),
    userCode: new Secret(answer.user_code),
    verificationUri: new URL(verificationUri),
    verificationUriComplete: complete === undefined ? undefined : new Secret(new URL(complete).href),
    expiresIn: Math.min(answer.expires_in, longestLife),
    interval: Math.max(1, answer.interval === noEnd ? defaultInterval : (answer.interval ?? defaultInterval)),
    codeVerifier,
  };
}

async function ask(server: AuthorizationServer, endpoint: URL, parameters: URLSearchParams): Promise<Answered> {
  const client = await loadClient();
  let seen: Answered | undefined;
  const fetch: CustomFetch = async (url, options) => {
    const form = options.body instanceof URLSearchParams ? options.body : new URLSearchParams();
    const sent = secretsOf(form, new Headers(options.headers).get('authorization'));
    seen = { reply: await readReply(new URL(url), await server.fetch(url, requestInit(options))), sent };
    // The library's own judgement is stricter than real servers are; the answer is judged by our schema.
    return Response.json(acceptable);
  };
  try {
    await client.initiateDeviceAuthorization(server.configure({ fetch, clockSkew: undefined }), parameters);
  } catch (thrown) {
    throw failureOfThrown(thrown, endpoint);
  }
  if (seen === undefined) throw failureOfThrown(new Error('nothing was sent'), endpoint);
  return seen;
}

const acceptable = { device_code: '-', user_code: '-', verification_uri: '-', expires_in: 1 };

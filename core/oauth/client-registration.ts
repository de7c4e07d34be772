import { z } from 'zod';
import { KeytrayError } from '../errors.ts';
import type { AccountSettings } from '../services/service.ts';
import { withoutEmptyMembers } from '../untrusted/members.ts';
import { isTokenText } from '../untrusted/token-text.ts';
import type { AuthorizationServer } from './authorization-server.ts';
import { classOfError, isPassingStatus } from './error-class.ts';
import { detailOf } from './failure-words.ts';
import { failureOfReply, failureOfThrown, malformedReply } from './map-error.ts';
import { OAuthFailure, type OAuthFailureCause } from './oauth-failure.ts';
import { type Reply, readReply } from './reply.ts';

/** What registering takes of a server. */
export type RegisteringServer = Pick<
  AuthorizationServer,
  'registrationEndpoint' | 'issuer' | 'tokenEndpoint' | 'trusted' | 'fetch'
>;

/**
 * Registers a client for one sign-in (RFC 7591 §3.1), with exactly the redirect URI that this one listens at: not every
 * server takes another port than the registered one, and a client of before may have been cleared away. Gives its
 * `client_id`. Throws `KeytrayError`, or `OAuthFailure` where the server is in trouble.
 */
export async function registerClient(
  server: RegisteringServer,
  settings: AccountSettings,
  redirectUri: string,
): Promise<string> {
  const endpoint = endpointOf(server, settings);
  const reply = await ask(server, endpoint, requestOf(settings, redirectUri));
  if (reply.status === 200 || reply.status === 201) return readClientId(reply);
  throw refusal(failureOfReply(reply, { trusted: server.trusted }), endpoint, settings, redirectUri);
}

const byHand = 'Have a client registered there, and write its client_id for the account.';

/** Only where the server itself is: its metadata must not make us register clients at anybody else's. */
function endpointOf(
  { registrationEndpoint, issuer, tokenEndpoint }: RegisteringServer,
  { id: account }: AccountSettings,
): URL {
  const { host, origin } = new URL(issuer ?? tokenEndpoint);
  if (registrationEndpoint === undefined) {
    const detail = 'the metadata has no registration_endpoint';
    throw new KeytrayError('misconfigured', `${host} does not register clients by itself`, {
      account,
      detail,
      advice: byHand,
    });
  }
  if (![origin, tokenEndpoint.origin].includes(registrationEndpoint.origin)) {
    const what = `${host} registers clients at another host (${registrationEndpoint.host}), which Keytray does not ask`;
    const detail = 'registration_endpoint is neither at the issuer nor at the token endpoint';
    throw new KeytrayError('misconfigured', what, { account, detail, advice: byHand });
  }
  return registrationEndpoint;
}

/** RFC 7591 §2; `application_type` is of OpenID Connect Registration §2: any other may not be redirected to loopback. */
const requestOf = ({ scopes }: AccountSettings, redirectUri: string): Readonly<Record<string, unknown>> => ({
  client_name: 'Keytray',
  application_type: 'native',
  redirect_uris: [redirectUri],
  grant_types: ['authorization_code', 'refresh_token'],
  response_types: ['code'],
  token_endpoint_auth_method: 'none',
  ...(scopes.length > 0 && { scope: scopes.join(' ') }),
});

async function ask(server: RegisteringServer, endpoint: URL, request: object): Promise<Reply> {
  const headers = { 'content-type': 'application/json', accept: 'application/json', 'user-agent': 'keytray' };
  const body = JSON.stringify(request);
  try {
    return await readReply(
      endpoint,
      await server.fetch(endpoint, { method: 'POST', headers, body, redirect: 'manual' }),
    );
  } catch (thrown) {
    throw failureOfThrown(thrown, endpoint);
  }
}

const answerSchema = z.object({
  client_id: z.string().max(2_048).refine(isTokenText),
  /** RFC 7591 §3.2.1: the server may have registered another method than was asked for. */
  token_endpoint_auth_method: z.string().optional(),
  client_secret: z.unknown().optional(),
});

/**
 * The client of an answer (RFC 7591 §3.2.1). A client secret that comes with a public client is not read: where the
 * server insists on one, the client is of no use. Throws `OAuthFailure`. Pure.
 */
export function readClientId(reply: Reply): string {
  const { json } = reply;
  if (typeof json !== 'object' || json === null || Array.isArray(json)) {
    throw malformedReply(reply, 'the answer to a registration');
  }
  const read = answerSchema.safeParse(withoutEmptyMembers(json));
  if (!read.success)
    throw rejected(reply, `no ${read.error.issues[0]?.path.join('.') ?? 'client_id'} that can be used`);
  const { client_id, client_secret, token_endpoint_auth_method: method } = read.data;
  const isPublic = method === undefined ? client_secret === undefined : method === 'none';
  if (!isPublic) throw rejected(reply, 'a client with a secret instead of a public one');
  return client_id;
}

const rejected = ({ address }: Reply, what: string): OAuthFailure =>
  new OAuthFailure(`${address.host} registered no client that Keytray can use`, {
    kind: 'rejected',
    what: `the answer to the registration has ${what}`,
  });

/** A no (RFC 7591 §3.2.2) is for the configuration or for whoever runs the server, unless it may pass. */
function refusal(
  thrown: OAuthFailure,
  { host }: URL,
  { id: account }: AccountSettings,
  redirectUri: string,
): OAuthFailure | KeytrayError {
  const { failure } = thrown;
  if (mayPass(failure)) return thrown;
  const details = { account, detail: detailOf(failure), cause: thrown };
  if (failure.kind === 'oauth_error' && failure.error === 'invalid_redirect_uri') {
    const advice = `Ask whoever runs the server to allow redirects to this machine, as ${redirectUri}.`;
    return new KeytrayError('misconfigured', `${host} registers no client that is on this machine`, {
      ...details,
      advice,
    });
  }
  return new KeytrayError('misconfigured', `${host} does not register Keytray as a client`, {
    ...details,
    advice: byHand,
  });
}

function mayPass(failure: OAuthFailureCause): boolean {
  if (failure.kind === 'oauth_error') return classOfError(failure.error, failure.status) === 'passing';
  return failure.kind !== 'http_status' || isPassingStatus(failure.status);
}

import { Secret } from '../../../../core/secret.ts';
import type { ServerCertificate } from '../authority.ts';
import {
  type EmulatorReply,
  fieldsOf,
  type HttpEmulator,
  type RecordedRequest,
  startHttpEmulator,
} from '../http-emulator.ts';
import { createTokenMint, type TokenMint } from '../token-mint.ts';

/** A machine-to-machine application of an Auth0 tenant. */
export interface M2mClient {
  readonly id: string;
  /** Replaced by a test that rotates it. */
  secret: string;
  /** Audiences it has a client grant for. */
  readonly audiences: readonly string[];
}

export interface TokenServer extends Omit<HttpEmulator, 'close'> {
  readonly client: M2mClient;
  readonly issuer: string;
  readonly tokenEndpoint: string;
  readonly mint: TokenMint;
  /** Seconds; Auth0's own default is a day. */
  lifetime: number;
  /** How a sound answer is written. */
  readonly answer: { expiresIn: 'present' | 'absent'; tokenType: string; scope: string | undefined };
  /** Access tokens it gave, in order. */
  readonly issued: readonly string[];
  /** Requests at the token endpoint, faults among them. */
  tokenRequests(): number;
  close(): Promise<void>;
}

/** The APIs of the tenant: what can be named as an audience at all. */
export const athenaAudiences = ['crisp-athena-live', 'crisp-athena-dev', 'crisp-athena-qa'] as const;

const tokenPath = '/oauth/token';

const refused = (status: number, error: string, error_description: string): EmulatorReply => ({
  status,
  body: { error, error_description },
});

const needsGrant = (audience: string) =>
  `Client is not authorized to access "${audience}". You might probably want to create a "client-grant" associated ` +
  'to this API. See: https://auth0.com/docs/api/v2#!/Client_Grants/post_client_grants';

/** The machine-to-machine part of an Auth0 tenant, and the metadata its clients discover it by. */
export async function startTokenServer(certificate?: ServerCertificate): Promise<TokenServer> {
  const client: M2mClient = {
    id: 'athenaM2mClient0123456789abcdefgh',
    secret: 'athena-client-secret-0123456789',
    audiences: ['crisp-athena-live', 'crisp-athena-dev'],
  };
  const issued: string[] = [];

  const grant = async (request: RecordedRequest): Promise<EmulatorReply> => {
    const { client_id, client_secret, audience, grant_type } = fieldsOf(request);
    if (grant_type !== 'client_credentials') {
      return refused(403, 'unsupported_grant_type', `Unsupported grant type: ${String(grant_type)}`);
    }
    const isClient =
      client_id === client.id &&
      typeof client_secret === 'string' &&
      new Secret(client_secret).equals(new Secret(client.secret));
    if (!isClient) return refused(401, 'access_denied', 'Unauthorized');
    if (typeof audience !== 'string' || !athenaAudiences.some((known) => known === audience)) {
      return refused(403, 'access_denied', `Service not enabled within domain: ${String(audience)}`);
    }
    if (!client.audiences.includes(audience)) return refused(403, 'access_denied', needsGrant(audience));
    const claims = { sub: `${client.id}@clients`, aud: audience, azp: client.id, gty: 'client-credentials' };
    const { token } = await mint.mint(claims, server.lifetime, server.now());
    issued.push(token);
    const { expiresIn, tokenType, scope } = server.answer;
    return {
      headers: { 'cache-control': 'no-store' },
      body: {
        access_token: token,
        ...(scope === undefined ? {} : { scope }),
        ...(expiresIn === 'present' ? { expires_in: server.lifetime } : {}),
        token_type: tokenType,
      },
    };
  };

  const http = await startHttpEmulator(
    async (request) => {
      switch (`${request.method} ${request.path}`) {
        case `POST ${tokenPath}`:
          return grant(request);
        case 'GET /.well-known/openid-configuration':
          return { body: metadataOf(http.url) };
        case 'GET /.well-known/jwks.json':
          return { body: mint.keys };
        default:
          return { status: 404, body: 'Not found.' };
      }
    },
    { certificate },
  );
  const mint = await createTokenMint(() => `${http.url}/`);
  const server: TokenServer = Object.assign(http, {
    client,
    issuer: `${http.url}/`,
    tokenEndpoint: `${http.url}${tokenPath}`,
    mint,
    lifetime: 86_400,
    answer: { expiresIn: 'present' as const, tokenType: 'Bearer', scope: undefined },
    issued,
    tokenRequests: () => http.to(tokenPath).length,
  });
  return server;
}

function metadataOf(url: string): object {
  return {
    issuer: `${url}/`,
    authorization_endpoint: `${url}/authorize`,
    token_endpoint: `${url}${tokenPath}`,
    jwks_uri: `${url}/.well-known/jwks.json`,
    response_types_supported: ['code'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['RS256'],
    grant_types_supported: ['client_credentials', 'authorization_code', 'refresh_token'],
    token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post'],
  };
}

/** Auth0's answer to too many requests. `resetAt` in seconds since the epoch. */
export const tooManyRequests = (resetAt: number) =>
  ({
    kind: 'reply',
    status: 429,
    headers: { 'x-ratelimit-limit': '30', 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': `${resetAt}` },
    body: { error: 'too_many_requests', error_description: 'Global limit has been reached' },
  }) as const;

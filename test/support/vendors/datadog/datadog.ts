import {
  bearerOf,
  type EmulatorReply,
  type HttpEmulator,
  type RecordedRequest,
  startHttpEmulator,
} from '../http-emulator.ts';
import { createTokenMint, type TokenMint } from '../token-mint.ts';
import { errors, matchesArn, type PersonaMapping, servePersonaMappings } from './mappings.ts';
import { type AwsPrincipal, checkProof } from './proof-check.ts';
import { startSts } from './sts.ts';

export type { AwsPrincipal } from './proof-check.ts';

export interface Datadog extends HttpEmulator {
  readonly orgUuid: string;
  /** Known to AWS; the first is mapped, the second is not. */
  readonly principals: readonly [AwsPrincipal, AwsPrincipal];
  readonly mappings: PersonaMapping[];
  readonly keys: { readonly apiKey: string; readonly appKey: string };
  readonly mint: TokenMint;
  /** Seconds a delegated token lives. */
  lifetime: number;
  /** How `expires` is written in the answer. */
  expires: 'text' | 'absent' | 'unreadable';
  /** Delegated tokens it gave, in order. */
  readonly issued: readonly string[];
  /** Why proofs were refused, in order: the answers themselves do not tell. */
  readonly refusals: readonly string[];
  /** Where a client that calls AWS itself would go. */
  readonly sts: HttpEmulator;
}

export const delegatedTokenPath = '/api/v2/delegated-token';
const longestWait = 60;

export interface DatadogOptions {
  /** Stands in every secret of the principals, for a test that searches the whole machine for them. */
  readonly mark?: string;
}

/** Datadog's API as far as identities go: proofs of AWS identities, classic keys, mappings. */
export async function startDatadog({ mark = '' }: DatadogOptions = {}): Promise<Datadog> {
  const orgUuid = '11111111-2222-3333-4444-555555555555';
  const principal = (name: string): AwsPrincipal => ({
    accessKeyId: `ASIA${name.toUpperCase()}EXAMPLE`,
    secretAccessKey: `${name}-secret/access+key${mark}`,
    sessionToken: `${name}-session/token+value${mark}==`,
    arn: `arn:aws:sts::123456789012:assumed-role/${name}/session`,
  });
  const principals = [principal('mapped'), principal('unmapped')] as const;
  const mappings: PersonaMapping[] = [
    {
      id: '00000000-0000-0000-0000-000000000001',
      account_identifier: 'robot@example.com',
      arn_pattern: 'arn:aws:sts::123456789012:assumed-role/mapped/*',
    },
  ];
  const keys = { apiKey: 'datadog-api-key-0123456789abcdef', appKey: 'datadog-app-key-0123456789abcdef01234567' };
  const issued: string[] = [];
  const refusals: string[] = [];
  const refuse = (status: number, word: string, why: string) => {
    refusals.push(why);
    return errors(status, word);
  };

  const exchange = async (request: RecordedRequest): Promise<EmulatorReply> => {
    const proof = /^Delegated (\S+)$/.exec(request.headers.authorization ?? '')?.[1];
    if (proof === undefined) return refuse(401, 'Unauthorized', 'no proof');
    if (request.headers['content-type'] !== 'application/json') return refuse(400, 'Bad Request', 'content type');
    if (request.body !== '') return refuse(400, 'Bad Request', 'a body');
    let checked: ReturnType<typeof checkProof>;
    try {
      checked = checkProof(proof, principals, http.now());
    } catch (error) {
      return refuse(401, 'Unauthorized', error instanceof Error ? error.message : String(error));
    }
    if (checked.orgUuid !== orgUuid) return refuse(403, 'Forbidden', 'the org is another');
    const mapping = mappings.find(({ arn_pattern }) => matchesArn(arn_pattern, checked.principal.arn));
    if (mapping === undefined) return refuse(403, 'Forbidden', 'no mapping');
    const claims = { sub: mapping.account_identifier, aud: orgUuid };
    const { token, expiresAt } = await mint.mint(claims, datadog.lifetime, http.now());
    issued.push(token);
    const expires = { text: { expires: `${expiresAt}` }, absent: {}, unreadable: { expires: 'soon' } }[datadog.expires];
    return {
      body: { data: { type: 'delegated_token', id: orgUuid, attributes: { access_token: token, ...expires } } },
    };
  };

  /** Undefined: who asks may not. */
  const callerOf = async (request: RecordedRequest): Promise<string | undefined> => {
    const token = bearerOf(request);
    if (token !== undefined) {
      const claims = await mint.check(token, orgUuid, http.now()).catch(() => undefined);
      return claims?.sub;
    }
    return hasKeys(request) ? 'robot@example.com' : undefined;
  };
  const hasApiKey = (request: RecordedRequest) => request.headers['dd-api-key'] === keys.apiKey;
  const hasKeys = (request: RecordedRequest) =>
    hasApiKey(request) && request.headers['dd-application-key'] === keys.appKey;

  const handle = async (request: RecordedRequest): Promise<EmulatorReply> => {
    switch (`${request.method} ${request.path}`) {
      case `POST ${delegatedTokenPath}`:
        return exchange(request);
      case 'GET /api/v1/validate':
        return hasApiKey(request) ? { body: { valid: true } } : errors(403, 'Forbidden');
      case 'GET /api/v2/validate_keys':
        return hasKeys(request) ? { body: { status: 'ok' } } : errors(403, 'Forbidden');
    }
    const caller = await callerOf(request);
    if (caller === undefined) return errors(bearerOf(request) === undefined ? 403 : 401, 'Unauthorized');
    switch (`${request.method} ${request.path}`) {
      case 'GET /api/v2/team':
        return { body: { data: [team], meta: { pagination: { total: 1 } } } };
      case 'GET /api/v2/current_user':
        return { body: { data: user(caller, orgUuid) } };
    }
    const reply = servePersonaMappings(request, mappings);
    if (reply === undefined) return errors(404, 'Not Found');
    // Mappings are administered with keys only.
    return hasKeys(request) ? reply : errors(403, 'Forbidden');
  };

  const http = await startHttpEmulator(handle);
  const mint = await createTokenMint(() => http.url);
  const sts = await startSts(principals);
  const closeHttp = http.close;
  const datadog: Datadog = Object.assign(http, {
    orgUuid,
    principals,
    mappings,
    keys,
    mint,
    lifetime: 900,
    expires: 'text' as const,
    issued,
    refusals,
    sts,
    async close() {
      await Promise.all([closeHttp(), sts.close()]);
    },
  });
  return datadog;
}

const team = {
  id: '00000000-0000-0000-0000-00000000000a',
  type: 'team',
  attributes: { handle: 'lab', name: 'Lab', created_at: '2026-01-01T00:00:00Z' },
};

const user = (email: string, org: string) => ({
  id: '00000000-0000-0000-0000-0000000000bb',
  type: 'users',
  attributes: { email, handle: email, name: 'Robot', status: 'Active' },
  relationships: { org: { data: { id: org, type: 'orgs' } } },
});

/** Datadog's answer to too many requests: seconds until the window ends. */
export const rateLimited = (reset: number = longestWait) =>
  ({
    kind: 'reply',
    status: 429,
    headers: { 'x-ratelimit-limit': '1', 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': `${reset}` },
    body: { errors: ['Rate limit of 1 requests in 60 seconds reached. Please try again later.'] },
  }) as const;

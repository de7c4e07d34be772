import { z } from 'zod';
import { leadsToThisMachine, mayCarrySecrets } from '../platform/loopback-host.ts';
import type { Fetch } from '../ports.ts';
import { withoutEmptyMembers } from '../untrusted/members.ts';
import { plainText } from '../untrusted/plain-text.ts';
import { failureOfReply } from './map-error.ts';
import { OAuthFailure } from './oauth-failure.ts';
import { readDocument } from './read-document.ts';
import type { Reply } from './reply.ts';

const endpoint = z.string().refine((text) => URL.canParse(text) && mayCarrySecrets(new URL(text)), {
  error: 'must be an https URL (http only on this machine)',
});
const names = z.array(z.string());

/** Authorization server metadata (RFC 8414 §2): what we use of it. The rest is passed on as it is. */
export const metadataSchema = z
  .object({
    issuer: z.string().min(1),
    authorization_endpoint: endpoint,
    token_endpoint: endpoint,
    revocation_endpoint: endpoint.exactOptional(),
    device_authorization_endpoint: endpoint.exactOptional(),
    pushed_authorization_request_endpoint: endpoint.exactOptional(),
    registration_endpoint: endpoint.exactOptional(),
    require_pushed_authorization_requests: z.boolean().exactOptional(),
    userinfo_endpoint: endpoint.exactOptional(),
    jwks_uri: endpoint.exactOptional(),
    code_challenge_methods_supported: names.exactOptional(),
    token_endpoint_auth_methods_supported: names.exactOptional(),
    id_token_signing_alg_values_supported: names.exactOptional(),
    response_types_supported: names.exactOptional(),
    authorization_response_iss_parameter_supported: z.boolean().exactOptional(),
  })
  .catchall(z.json());
export type Metadata = z.infer<typeof metadataSchema>;

/** `userinfo_signing_alg_values_supported`; one that cannot be read costs no sign-in. */
export const userinfoAlgorithms = (metadata: Metadata): readonly string[] | undefined =>
  names.safeParse(metadata.userinfo_signing_alg_values_supported).data;

const endpointNames = [
  'authorization_endpoint',
  'token_endpoint',
  'revocation_endpoint',
  'device_authorization_endpoint',
  'pushed_authorization_request_endpoint',
  'registration_endpoint',
  'userinfo_endpoint',
  'jwks_uri',
] as const;

/** Without these there is no sign-in; without the keys an ID token would not be checked. */
const neededEndpoints = ['authorization_endpoint', 'token_endpoint', 'jwks_uri'] as const;
const optionalEndpoints: ReadonlySet<string> = new Set(
  endpointNames.filter((name) => !neededEndpoints.some((needed) => needed === name)),
);

export interface FoundMetadata {
  readonly metadata: Metadata;
  /** Server clock minus ours in seconds. */
  readonly clockSkew: number | undefined;
}

/**
 * Where metadata may stand: OpenID Connect Discovery §4 (appended to the issuer), RFC 8414 §3 (put between host and
 * path), and the appended form of the latter that some servers use. The issuer's own slashes are kept.
 */
export function metadataAddresses(issuer: URL): readonly URL[] {
  const at = (path: string) => {
    const url = new URL(issuer);
    url.pathname = path;
    return url;
  };
  const path = issuer.pathname.replace(/\/$/, '');
  const appended = (name: string) => `${path}/.well-known/${name}`;
  const inserted = (name: string) => `/.well-known/${name}${path}`;
  const paths = [
    appended('openid-configuration'),
    inserted('oauth-authorization-server'),
    appended('oauth-authorization-server'),
  ];
  return [...new Set(paths)].map(at);
}

/**
 * Reads the metadata of `issuer`, which must name itself exactly so (RFC 8414 §3.3), with a fetch that is bounded in
 * time (`timedFetch`). Throws `OAuthFailure`.
 */
export async function findMetadata(issuer: string, fetch: Fetch): Promise<FoundMetadata> {
  let first: OAuthFailure | undefined;
  for (const address of metadataAddresses(new URL(issuer))) {
    const found = await findAt(address, issuer, fetch);
    if (!(found instanceof OAuthFailure)) return found;
    // Only "there is nothing here" allows a look elsewhere: a server in trouble must not seem to be another kind of server.
    if (!isNothingThere(found)) throw found;
    first ??= found;
  }
  throw (
    first ??
    new OAuthFailure('the server does not answer as a sign-in server', {
      kind: 'malformed',
      status: 0,
      what: 'no metadata',
    })
  );
}

async function findAt(address: URL, issuer: string, fetch: Fetch): Promise<FoundMetadata | OAuthFailure> {
  try {
    return judge(await readDocument(address, fetch), issuer);
  } catch (error) {
    if (error instanceof OAuthFailure) return error;
    throw error;
  }
}

function judge(reply: Reply, issuer: string): FoundMetadata | OAuthFailure {
  if (reply.status !== 200) return failureOfReply(reply);
  const parsed = metadataSchema.safeParse(withoutUnusableEndpoints(withoutEmptyMembers(reply.json)));
  if (!parsed.success) {
    const problem = parsed.error.issues[0];
    const insecure = neededEndpoints.find((name) => isPlainHttp(memberOf(reply.json, name)));
    if (insecure !== undefined) return plainHttpFailure(reply.address, insecure);
    const what =
      reply.json === undefined || problem === undefined
        ? 'no JSON metadata'
        : `metadata: ${problem.path.join('.')} ${problem.message}`;
    return new OAuthFailure(`${reply.address.host} does not answer as a sign-in server`, {
      kind: 'malformed',
      status: reply.status,
      what: plainText(what),
    });
  }
  const metadata = parsed.data;
  if (metadata.issuer !== issuer) {
    const named = plainText(metadata.issuer);
    const message = `the server calls itself ${named}, and the account says ${issuer}`;
    const what = `issuer "${named}", configured "${issuer}"; they must be the same to the last character`;
    return new OAuthFailure(message, { kind: 'rejected', what, check: 'issuer' });
  }
  const local = localEndpoint(metadata);
  if (local !== undefined) {
    const what = `its metadata names an endpoint on this machine (${local})`;
    const message = `${reply.address.host} cannot be used: it sends requests to this machine`;
    return new OAuthFailure(message, { kind: 'rejected', what });
  }
  return { metadata, clockSkew: reply.clockSkew };
}

/**
 * What a server offers at an address that no token may be sent to, it does not offer: behind a proxy that speaks TLS
 * some believe that they are reached over http. One pushed request that is required is not left out.
 */
function withoutUnusableEndpoints(json: unknown): unknown {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) return json;
  const required = memberOf(json, 'require_pushed_authorization_requests') === true;
  return Object.fromEntries(
    Object.entries(json).filter(([name, value]) => {
      if (name === 'pushed_authorization_request_endpoint' && required) return true;
      return !optionalEndpoints.has(name) || !isPlainHttp(value);
    }),
  );
}

const memberOf = (json: unknown, name: string): unknown =>
  typeof json === 'object' && json !== null ? Object.entries(json).find(([key]) => key === name)?.[1] : undefined;

const isPlainHttp = (value: unknown): boolean =>
  typeof value === 'string' && /^http:/i.test(value) && !endpoint.safeParse(value).success;

function plainHttpFailure({ host }: URL, name: string): OAuthFailure {
  const message = `${host} wants to be reached over plain http, where anyone on the way could read the tokens`;
  return new OAuthFailure(message, { kind: 'rejected', what: `metadata: ${name} is http`, check: 'plain_http' });
}

/** A server elsewhere that sends requests to this machine would have our POSTs reach a service that only listens here. */
function localEndpoint(metadata: Metadata): string | undefined {
  if (leadsToThisMachine(new URL(metadata.issuer).hostname)) return undefined;
  return endpointNames.find((name) => {
    const url = metadata[name];
    return url !== undefined && leadsToThisMachine(new URL(url).hostname);
  });
}

const isNothingThere = ({ failure }: OAuthFailure): boolean =>
  failure.kind === 'malformed' ||
  (failure.kind === 'rejected' && failure.check === 'moved') ||
  ((failure.kind === 'http_status' || failure.kind === 'oauth_error') &&
    failure.status >= 400 &&
    failure.status < 500 &&
    failure.status !== 408 &&
    failure.status !== 429);

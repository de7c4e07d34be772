import { KeytrayError } from '../errors.ts';
import type { Fetch } from '../ports.ts';
import type { Catalog } from '../services/catalog.ts';
import { traitsOf } from '../services/grant.ts';
import type { AccountSettings } from '../services/service.ts';
import { findCatalog } from './catalog.ts';
import { findMetadata, type Metadata, metadataSchema } from './metadata.ts';

export interface PushedRequests {
  readonly endpoint: URL;
  /** The metadata or the account insists: no request may be sent through the browser. */
  readonly required: boolean;
}

/** Where tokens are sent; what is left out the server does not have. */
export interface TokenEndpoints {
  readonly token?: string | undefined;
  readonly revocation?: string | undefined;
  readonly userinfo?: string | undefined;
  readonly device?: string | undefined;
  readonly service?: string | undefined;
}

/** What is known of a server before anything is sent to it. */
export interface Described {
  readonly metadata: Metadata;
  readonly issuer: string | undefined;
  /** Where the API that takes its tokens is, where the server says. */
  readonly service?: string | undefined;
  readonly clockSkew: number | undefined;
}

/** What issues tokens, and where a catalog says that they are taken. Throws as discovery does. */
export async function describeServer(settings: AccountSettings, fetch: Fetch): Promise<Described> {
  const { catalog, grant, url = '' } = settings;
  if (catalog === undefined) return await describeIssuer(settings, fetch);
  const { registry, clockSkew } = await findCatalog(url, catalog, fetch);
  // Whoever has a client is one of an authorization server beside the registry.
  return traitsOf(grant.kind).client
    ? { ...(await describeIssuer(settings, fetch)), service: registry }
    : { ...describeRegistry(settings, registry, catalog), clockSkew };
}

/** Metadata of the issuer with the account's own endpoints on top, or those alone. */
async function describeIssuer(settings: AccountSettings, fetch: Fetch): Promise<Described> {
  const { endpoints, issuer } = settings;
  const byHand = {
    ...(endpoints.authorizationEndpoint && { authorization_endpoint: endpoints.authorizationEndpoint }),
    ...(endpoints.tokenEndpoint && { token_endpoint: endpoints.tokenEndpoint }),
    ...(endpoints.revocationEndpoint && { revocation_endpoint: endpoints.revocationEndpoint }),
    ...(endpoints.deviceAuthorizationEndpoint && {
      device_authorization_endpoint: endpoints.deviceAuthorizationEndpoint,
    }),
    ...(endpoints.pushedAuthorizationRequestEndpoint && {
      pushed_authorization_request_endpoint: endpoints.pushedAuthorizationRequestEndpoint,
    }),
    ...(endpoints.userinfoEndpoint && { userinfo_endpoint: endpoints.userinfoEndpoint }),
    ...(endpoints.jwksUri && { jwks_uri: endpoints.jwksUri }),
  };
  const { tokenEndpoint, authorizationEndpoint } = endpoints;
  const byBrowser = traitsOf(settings.grant.kind).signIn === 'browser';
  if (tokenEndpoint !== undefined && (authorizationEndpoint !== undefined || !byBrowser)) {
    // openid-client wants an issuer in any case; where we have none, nothing is ever compared with this one. Nor is any
    // browser sent to the token endpoint.
    const named = { issuer: issuer ?? tokenEndpoint, authorization_endpoint: tokenEndpoint, ...byHand };
    return { metadata: checkedMetadata(settings, named), issuer, clockSkew: undefined };
  }
  if (issuer === undefined) {
    throw new KeytrayError('misconfigured', `the account ${settings.id} names no server`, {
      account: settings.id,
      advice: 'Set issuer, or authorization_endpoint and token_endpoint, for the account.',
    });
  }
  const { metadata, clockSkew } = await findMetadata(issuer, fetch);
  return { metadata: checkedMetadata(settings, { ...metadata, ...byHand }), issuer, clockSkew };
}

/** Of a registry only what issues tokens is described, in the words of RFC 8414: no browser is sent anywhere. */
function describeRegistry(
  settings: AccountSettings,
  registry: string,
  catalog: Catalog,
): Pick<Described, 'metadata' | 'issuer' | 'service'> {
  const { url = '', issuer } = settings;
  const token = `${registry}${catalog.token}`;
  const named = { issuer: issuer ?? url, authorization_endpoint: token, token_endpoint: token };
  return { metadata: checkedMetadata(settings, named), issuer, service: registry };
}

export function pushedRequestsOf(
  { endpoints }: AccountSettings,
  metadata: Metadata,
): PushedRequests | 'missing' | undefined {
  const endpoint = metadata.pushed_authorization_request_endpoint;
  const required = metadata.require_pushed_authorization_requests === true;
  if (endpoint === undefined) return required ? 'missing' : undefined;
  const byHand = endpoints.pushedAuthorizationRequestEndpoint !== undefined;
  return { endpoint: new URL(endpoint), required: required || byHand };
}

function checkedMetadata(settings: AccountSettings, metadata: unknown): Metadata {
  const parsed = metadataSchema.safeParse(metadata);
  if (parsed.success) return parsed.data;
  const problem = parsed.error.issues[0];
  throw new KeytrayError('misconfigured', `the endpoints of ${settings.id} cannot be used`, {
    account: settings.id,
    detail: `${problem?.path.join('.') ?? ''} ${problem?.message ?? ''}`.trim(),
  });
}

/**
 * The endpoints at the origin of the token endpoint, and those the configuration names. A device code works like a
 * refresh token until it is spent, and tokens no ID token vouches for may be another server's: neither goes elsewhere.
 */
export function besideTokens({ endpoints }: AccountSettings, metadata: Metadata): TokenEndpoints {
  const home = new URL(metadata.token_endpoint).origin;
  const ours = (address: string | undefined, configured: string | undefined): string | undefined =>
    address !== undefined && (configured !== undefined || new URL(address).origin === home) ? address : undefined;
  return {
    revocation: ours(metadata.revocation_endpoint, endpoints.revocationEndpoint),
    userinfo: ours(metadata.userinfo_endpoint, endpoints.userinfoEndpoint),
    device: ours(metadata.device_authorization_endpoint, endpoints.deviceAuthorizationEndpoint),
  };
}

/** The same metadata with tokens sent to `endpoints`, and to no other. */
export function movedTo(metadata: Metadata, endpoints: TokenEndpoints): Metadata {
  const {
    revocation_endpoint: _revocation,
    userinfo_endpoint: _userinfo,
    device_authorization_endpoint: _device,
    ...rest
  } = metadata;
  const { token, revocation, userinfo, device } = endpoints;
  return {
    ...rest,
    token_endpoint: token ?? metadata.token_endpoint,
    ...(revocation !== undefined && { revocation_endpoint: revocation }),
    ...(userinfo !== undefined && { userinfo_endpoint: userinfo }),
    ...(device !== undefined && { device_authorization_endpoint: device }),
  };
}

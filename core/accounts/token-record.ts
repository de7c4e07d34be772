import { z } from 'zod';
import type { Identity } from '../oauth/token-reply.ts';
import { Secret } from '../secret.ts';
import type { GrantKind } from '../services/grant.ts';
import type { ClientAuthMethod } from '../services/service.ts';
import { isInstant } from '../untrusted/instant.ts';
import { longestLifetime, noEnd, readLifetime } from '../untrusted/lifetime.ts';
import { scopeText } from '../untrusted/plain-text.ts';
import { isTokenText } from '../untrusted/token-text.ts';

/** What an authorization server is asked. */
export const serverRoles = ['token', 'revocation', 'userinfo', 'device'] as const;
/** Where a token may be sent, by what is asked there; `service`: the API that takes it. */
export const endpointRoles = [...serverRoles, 'service'] as const;
export type EndpointRole = (typeof endpointRoles)[number];
/** Endpoints in full, as URLs. */
export type RecordedEndpoints = Readonly<Partial<Record<EndpointRole, string>>>;

/** What a server has shown of itself beyond its metadata, so that a restart need not find out again. */
export interface Learned {
  /** The method that worked after the server had refused the other one. */
  readonly clientAuth?: ClientAuthMethod | undefined;
  /** A refresh has ended the access token in use before its time. */
  readonly refreshRevokesAccess?: true | undefined;
}

/**
 * The credential of one account, written as one so that a refresh token and the access token born with it can never be
 * separated. Times are milliseconds since the epoch,
 * `uptime` is seconds since boot, `lifetime` is seconds.
 */
export interface TokenRecord {
  /** How it was had. */
  readonly grant: GrantKind;
  readonly refreshToken: Secret | undefined;
  readonly accessToken: Secret;
  readonly idToken: Secret | undefined;
  /** Whether the last refresh brought an ID token that ends later; undefined before the first. */
  readonly idTokenRenewed: boolean | undefined;
  readonly tokenType: string;
  readonly scope: string | undefined;
  /** As the server said with `expires_in`: `noEnd` where it never ends, undefined where it did not say. */
  readonly lifetime: number | undefined;
  readonly obtainedAt: number;
  readonly bootId: string;
  readonly uptime: number;
  /** Grows with every write that a token reply leads to; a write with a lower one is stale. */
  readonly generation: number;
  readonly clockSkew: number | undefined;
  readonly identity: Identity | undefined;
  /** Which client and server the tokens belong to: a record of another registration is not used. */
  readonly clientId: string;
  /** The client was registered for the sign-in of this record (RFC 7591), and is of its issuer alone. */
  readonly clientRegistered?: true | undefined;
  readonly issuer: string | undefined;
  /**
   * The endpoints of the server that issued the tokens, as far as they are known: no token goes to another origin.
   * Undefined in a record of a version that did not write them.
   */
  readonly endpoints: RecordedEndpoints | undefined;
  readonly signedInAt: number;
  /**
   * When the login itself ends, where the server tells. `moves`: whether a refresh puts it off, so that an account
   * in use never gets there; unknown before the first.
   */
  readonly loginEnd: { readonly at: number; readonly moves: 'unknown' | 'yes' | 'no' } | undefined;
  /** The server has said twice that the refresh token is dead; it was dropped then. */
  readonly sessionEnded: boolean;
  readonly learned: Learned | undefined;
  /** What it was asked for (`requestNameOf`); undefined where only a person can get another, or nobody wrote it. */
  readonly request?: string | undefined;
  /** `signedInAt` of the account it was made from. */
  readonly source?: number | undefined;
  /** The service's own name of a key that was made for this account. */
  readonly keyId?: string | undefined;
}

const identitySchema = z.object({
  issuer: z.string(),
  subject: z.string(),
  email: z.string().optional(),
  name: z.string().optional(),
});

const endpointsSchema = z.object(
  Object.fromEntries(endpointRoles.map((role) => [role, z.url().optional()])) as Record<
    EndpointRole,
    z.ZodOptional<z.ZodURL>
  >,
);

const token = z.string().refine(isTokenText);
const instant = z.number().refine(isInstant);

/** What an earlier version took from a server is judged as if the server said it now. */
export const recordSchema = z.object({
  refresh: token.optional(),
  /** Left out where the credential is what a person gave, and so among the secrets beside it. */
  access: token.optional(),
  id: token.optional(),
  id_renewed: z.boolean().optional(),
  token_type: z.string(),
  scope: z.string().optional(),
  lifetime: z.number().optional(),
  obtained_at: instant,
  boot_id: z.string(),
  uptime: z.number(),
  generation: z.number().int().min(1),
  clock_skew: z.number().min(-longestLifetime).max(longestLifetime).optional().catch(undefined),
  identity: identitySchema.optional(),
  client_id: z.string(),
  client_registered: z.literal(true).optional().catch(undefined),
  issuer: z.string().optional(),
  origins: endpointsSchema.optional(),
  endpoints: endpointsSchema.optional(),
  signed_in_at: instant,
  login_end: z
    .object({ at: instant, moves: z.enum(['unknown', 'yes', 'no']) })
    .optional()
    .catch(undefined),
  session_ended: z.boolean().optional(),
  learned: z
    .object({
      client_auth: z.enum(['basic', 'post']).optional().catch(undefined),
      refresh_revokes_access: z.literal(true).optional().catch(undefined),
    })
    .optional()
    .catch(undefined),
  request: z.string().max(64).optional().catch(undefined),
  source: instant.optional().catch(undefined),
  key_id: z.string().max(256).optional().catch(undefined),
});

const secretOf = (value: string | undefined): Secret | undefined =>
  value === undefined ? undefined : new Secret(value);

/** Scheme, host and port of each endpoint. */
export function originsOf(endpoints: RecordedEndpoints): RecordedEndpoints {
  return Object.fromEntries(Object.entries(endpoints).map(([role, url]) => [role, new URL(url).origin]));
}

/** JSON has no infinity; versions that know no end take this for a long lifetime. */
const storedEnd = 10 * longestLifetime;

/** `given`: the access token is kept among the secrets. */
export function storedRecord(record: TokenRecord, given: boolean): z.input<typeof recordSchema> {
  return {
    refresh: record.refreshToken?.reveal(),
    access: given ? undefined : record.accessToken.reveal(),
    id: record.idToken?.reveal(),
    id_renewed: record.idTokenRenewed,
    token_type: record.tokenType,
    scope: record.scope,
    lifetime: record.lifetime === noEnd ? storedEnd : record.lifetime,
    obtained_at: record.obtainedAt,
    boot_id: record.bootId,
    uptime: record.uptime,
    generation: record.generation,
    clock_skew: record.clockSkew,
    identity: record.identity && {
      issuer: record.identity.issuer,
      subject: record.identity.subject,
      email: record.identity.email,
      name: record.identity.name,
    },
    client_id: record.clientId,
    client_registered: record.clientRegistered,
    issuer: record.issuer,
    origins: record.endpoints && originsOf(record.endpoints),
    endpoints: record.endpoints,
    signed_in_at: record.signedInAt,
    login_end: record.loginEnd,
    session_ended: record.sessionEnded || undefined,
    learned: record.learned && {
      client_auth: record.learned.clientAuth,
      refresh_revokes_access: record.learned.refreshRevokesAccess,
    },
    request: record.request,
    source: record.source,
    key_id: record.keyId,
  };
}

/** Undefined where there is no access token: neither in the record nor among the secrets. */
export function recordOf(
  stored: z.output<typeof recordSchema>,
  grant: GrantKind,
  given: Secret | undefined,
): TokenRecord | undefined {
  const accessToken = secretOf(stored.access) ?? given;
  if (accessToken === undefined) return undefined;
  return {
    grant,
    refreshToken: secretOf(stored.refresh),
    accessToken,
    idToken: secretOf(stored.id),
    idTokenRenewed: stored.id_renewed,
    tokenType: stored.token_type,
    scope: stored.scope === undefined ? undefined : scopeText(stored.scope),
    lifetime: readLifetime(stored.lifetime),
    obtainedAt: stored.obtained_at,
    bootId: stored.boot_id,
    uptime: stored.uptime,
    generation: stored.generation,
    clockSkew: stored.clock_skew,
    identity: stored.identity && {
      issuer: stored.identity.issuer,
      subject: stored.identity.subject,
      email: stored.identity.email,
      name: stored.identity.name,
    },
    clientId: stored.client_id,
    ...(stored.client_registered !== undefined && { clientRegistered: stored.client_registered }),
    issuer: stored.issuer,
    endpoints: endpointsOf(stored),
    signedInAt: stored.signed_in_at,
    loginEnd: stored.login_end,
    sessionEnded: stored.session_ended ?? false,
    learned: stored.learned && {
      clientAuth: stored.learned.client_auth,
      refreshRevokesAccess: stored.learned.refresh_revokes_access,
    },
    ...(stored.request !== undefined && { request: stored.request }),
    ...(stored.source !== undefined && { source: stored.source }),
    ...(stored.key_id !== undefined && { keyId: stored.key_id }),
  };
}

/** Each endpoint must lie at its recorded origin; where it does not, the origin alone counts. */
function endpointsOf({ origins, endpoints }: z.output<typeof recordSchema>): RecordedEndpoints | undefined {
  if (origins === undefined) return undefined;
  const recorded = endpointRoles.flatMap((role) => {
    const origin = origins[role];
    const endpoint = endpoints?.[role];
    if (origin === undefined) return [];
    return [[role, endpoint !== undefined && new URL(endpoint).origin === origin ? endpoint : origin] as const];
  });
  return Object.fromEntries(recorded);
}

import type { Identity, TokenReply } from '../oauth/token-reply.ts';
import type { Clock } from '../ports.ts';
import type { AccountSettings } from '../services/service.ts';
import { noEnd } from '../untrusted/lifetime.ts';
import { endsLater } from './token-age.ts';
import type { Learned, RecordedEndpoints, TokenRecord } from './token-record.ts';
import { requestNameOf } from './token-request.ts';

export type Receipt = Pick<TokenRecord, 'obtainedAt' | 'bootId' | 'uptime'>;

/**
 * What the age of a token counts from. Taken when its request is sent: the server counts from somewhere between that and
 * the reply, and on a slow one the difference is as long as some tokens live.
 */
export const receiptNow = (clock: Clock): Receipt => ({
  obtainedAt: clock.now(),
  bootId: clock.bootId,
  uptime: clock.uptime(),
});

// Replies are rounded to seconds and take some to arrive. Milliseconds.
const endTolerance = 60_000;

function loginEndOf(reply: TokenReply, before: TokenRecord['loginEnd'], now: number): TokenRecord['loginEnd'] {
  if (reply.loginExpiresIn === undefined) return before;
  if (reply.loginExpiresIn === noEnd) return undefined;
  const at = now + reply.loginExpiresIn * 1_000;
  if (before === undefined) return { at, moves: 'unknown' };
  return { at, moves: at > before.at + endTolerance ? 'yes' : 'no' };
}

/** The server that gave a reply, as far as the record tells of it. */
export interface IssuingServer {
  readonly endpoints: RecordedEndpoints;
  readonly learned: Learned | undefined;
  /** The client of the sign-in, where it was registered for it. */
  readonly registeredClient?: string | undefined;
  /** `signedInAt` of the account whose token was exchanged. */
  readonly source?: number | undefined;
}

function asked(settings: AccountSettings): Pick<TokenRecord, 'request'> {
  const request = requestNameOf(settings);
  return request === undefined ? {} : { request };
}

/** The account's own address, unless that is a catalog: then only the catalog tells. */
export const withService = (endpoints: RecordedEndpoints, { url, catalog }: AccountSettings): RecordedEndpoints =>
  url === undefined || catalog !== undefined ? endpoints : { ...endpoints, service: url };

/** The record a sign-in begins with. */
export function recordOfSignIn(
  settings: AccountSettings,
  reply: TokenReply,
  { endpoints, learned, registeredClient, source }: IssuingServer,
  clock: Clock,
  generation: number,
): TokenRecord {
  return {
    grant: settings.grant.kind,
    ...receiptNow(clock),
    refreshToken: reply.refreshToken,
    accessToken: reply.accessToken,
    idToken: reply.idToken,
    idTokenRenewed: undefined,
    tokenType: reply.tokenType,
    scope: reply.scope,
    lifetime: reply.expiresIn,
    generation,
    clockSkew: reply.clockSkew,
    identity: reply.identity,
    clientId: registeredClient ?? settings.clientId,
    ...(registeredClient !== undefined && { clientRegistered: true }),
    issuer: settings.issuer,
    endpoints: withService(endpoints, settings),
    signedInAt: clock.now(),
    loginEnd: loginEndOf(reply, undefined, clock.now()),
    sessionEnded: false,
    learned,
    ...asked(settings),
    ...(source !== undefined && { source }),
  };
}

/** A refresh that names another person than the sign-in did (OpenID Connect Core §12.2). */
export const namesAnother = (before: TokenRecord, { identity }: TokenReply): boolean =>
  before.identity !== undefined &&
  identity !== undefined &&
  (identity.subject !== before.identity.subject || identity.issuer !== before.identity.issuer);

/**
 * Who the account belongs to does not change with a refresh (OpenID Connect Core §12.2). Its ID token often names
 * the subject alone: what the sign-in told stays.
 */
function sameIdentity(before: Identity | undefined, now: Identity | undefined): Identity | undefined {
  if (before === undefined) return now;
  if (now === undefined || now.subject !== before.subject) return before;
  return { ...before, email: now.email ?? before.email, name: now.name ?? before.name };
}

/** What a refresh brought, and where it was had. */
export interface Renewal extends IssuingServer {
  readonly reply: TokenReply;
  readonly receipt: Receipt;
}

/** The record after a refresh. What the reply leaves out stays as it was (RFC 6749 §6). */
export function recordOfRefresh(
  before: TokenRecord,
  { reply, receipt, endpoints, learned, source }: Renewal,
  generation: number,
): TokenRecord {
  const idToken = namesAnother(before, reply) ? undefined : reply.idToken;
  return {
    ...before,
    ...receipt,
    accessToken: reply.accessToken,
    refreshToken: reply.refreshToken ?? before.refreshToken,
    idToken: idToken ?? before.idToken,
    idTokenRenewed:
      before.idToken === undefined
        ? before.idTokenRenewed
        : idToken !== undefined && endsLater(idToken, before.idToken, receipt.obtainedAt),
    tokenType: reply.tokenType,
    scope: reply.scope ?? before.scope,
    lifetime: reply.expiresIn,
    clockSkew: reply.clockSkew ?? before.clockSkew,
    identity: sameIdentity(before.identity, reply.identity),
    endpoints: { ...before.endpoints, ...endpoints },
    loginEnd: loginEndOf(reply, before.loginEnd, receipt.obtainedAt),
    generation,
    learned,
    ...(source !== undefined && { source }),
  };
}

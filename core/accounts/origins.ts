import type { AuthorizationServer } from '../oauth/authorization-server.ts';
import { traitsOf } from '../services/grant.ts';
import type { AccountSettings } from '../services/service.ts';
import {
  type EndpointRole,
  endpointRoles,
  type RecordedEndpoints,
  serverRoles,
  type TokenRecord,
} from './token-record.ts';
import { requestNameOf } from './token-request.ts';

/** The server's metadata names another host than the one that issued the tokens. Hosts with their ports. */
export interface Move {
  readonly from: string;
  readonly to: string;
}

const originOf = (url: string): string => new URL(url).origin;
const hostOf = (url: string): string => new URL(url).host;

const defined = (endpoints: Readonly<Partial<Record<EndpointRole, string | undefined>>>): RecordedEndpoints =>
  Object.fromEntries(Object.entries(endpoints).filter(([, url]) => url !== undefined));

/** The endpoints the configuration itself names, the preset's included. */
export const configuredEndpoints = ({
  endpoints,
  url,
  catalog,
}: Pick<AccountSettings, 'endpoints' | 'url' | 'catalog'>): RecordedEndpoints =>
  defined({
    token: endpoints.tokenEndpoint,
    revocation: endpoints.revocationEndpoint,
    userinfo: endpoints.userinfoEndpoint,
    device: endpoints.deviceAuthorizationEndpoint,
    service: catalog === undefined ? url : undefined,
  });

export const serverEndpoints = (
  server: Pick<
    AuthorizationServer,
    'tokenEndpoint' | 'revocationEndpoint' | 'userinfoEndpoint' | 'deviceAuthorizationEndpoint' | 'service'
  >,
): RecordedEndpoints =>
  defined({
    token: server.tokenEndpoint.href,
    revocation: server.revocationEndpoint?.href,
    userinfo: server.userinfoEndpoint?.href,
    device: server.deviceAuthorizationEndpoint?.href,
    service: server.service?.href,
  });

type Registration = Pick<TokenRecord, 'grant' | 'clientId' | 'clientRegistered' | 'issuer' | 'endpoints' | 'request'>;

/** Whether a record says enough to be held against the configuration: same client, same issuer or an unnamed one. */
function sameRegistration(record: Registration, settings: AccountSettings): boolean {
  const { grant, clientId, issuer } = settings;
  if (record.grant !== grant.kind) return false;
  // Another server may know another client by the same name, and a client that a person named is not ours.
  if (settings.registersClient === true) return record.clientRegistered === true && record.issuer === issuer;
  return record.clientId === clientId && (record.issuer ?? issuer) === issuer;
}

/**
 * An endpoint that was not there at the sign-in must lie where one of the server's others does, or at its issuer. The
 * service is none of them: what is asked of it is not asked of its authorization server.
 */
function fits(role: EndpointRole, url: string, recorded: RecordedEndpoints, issuer: string | undefined): boolean {
  const known = recorded[role];
  if (known !== undefined) return originOf(known) === originOf(url);
  const beside = role === 'service' ? recorded : { ...recorded, service: undefined };
  const origins = [...Object.values(beside), issuer].filter((address) => address !== undefined).map(originOf);
  return origins.includes(originOf(url));
}

/**
 * Whether the tokens of a record belong to the client and server the configuration names now. A token sent to another
 * server than its own could be used there by whoever runs it.
 */
export function isOfRegistration(record: Registration, settings: AccountSettings): boolean {
  if (!sameRegistration(record, settings)) return false;
  if (record.request !== undefined && record.request !== requestNameOf(settings)) return false;
  // Where there is no client, what the preset names is for sign-ins of another grant.
  if (!traitsOf(settings.grant.kind).client) return true;
  const { endpoints: recorded } = record;
  if (recorded === undefined) return true;
  const named = configuredEndpoints(settings);
  return endpointRoles.every((role) => {
    const url = named[role];
    return url === undefined || fits(role, url, recorded, record.issuer ?? settings.issuer);
  });
}

/**
 * What becomes of a record written before endpoints were recorded, at its first read. `complete`: the configuration
 * in force names its server. `unknown_server`: nothing tells who issued it, so its refresh token must not be sent.
 */
export function judgeOldRecord(
  record: TokenRecord,
  settings: AccountSettings,
): { readonly kind: 'complete'; readonly record: TokenRecord } | { readonly kind: 'unknown_server' } {
  const byHandAlone = settings.service === 'oauth' && settings.issuer === undefined;
  if (byHandAlone || record.issuer !== settings.issuer) return { kind: 'unknown_server' };
  return { kind: 'complete', record: { ...record, endpoints: configuredEndpoints(settings) } };
}

/**
 * The endpoints a record's tokens may be sent to, where the server in force names those of `server`. A recorded one
 * outlives a move to another origin; one that is new, and elsewhere than the rest, is left out.
 */
export function boundEndpoints(
  record: Pick<TokenRecord, 'endpoints' | 'issuer'>,
  server: RecordedEndpoints,
): { readonly endpoints: RecordedEndpoints; readonly move: Move | undefined } {
  const recorded = record.endpoints ?? {};
  // Nothing but the issuer was known when the record was written: what its metadata says is the first to count.
  if (recorded.token === undefined) {
    return { endpoints: { ...server, ...recorded }, move: moveIn(recorded, server, ['service']) };
  }
  // Where the account itself tells the service, the configuration is what is held against the record.
  const roles = server.service === undefined ? serverRoles : endpointRoles;
  const chosen = roles.flatMap((role): [EndpointRole, string][] => {
    const [known, named] = [recorded[role], server[role]];
    // Not at the issuer: it may be a hostile one whose metadata named the token endpoint of another server.
    if (named !== undefined && fits(role, named, recorded, undefined)) return [[role, named]];
    return known === undefined ? [] : [[role, known]];
  });
  return { endpoints: Object.fromEntries(chosen), move: moveIn(recorded, server, roles) };
}

function moveIn(
  recorded: RecordedEndpoints,
  server: RecordedEndpoints,
  roles: readonly EndpointRole[],
): Move | undefined {
  const moved = roles.find((role) => {
    const [known, named] = [recorded[role], server[role]];
    return known !== undefined && named !== undefined && originOf(known) !== originOf(named);
  });
  return moved && moveOf(recorded[moved], server[moved]);
}

const moveOf = (from: string | undefined, to: string | undefined): Move | undefined =>
  from === undefined || to === undefined ? undefined : { from: hostOf(from), to: hostOf(to) };

/** The host that issued the tokens, for people; undefined where it is not known. */
export function issuingHost({ endpoints, issuer }: Pick<TokenRecord, 'endpoints' | 'issuer'>): string | undefined {
  const known = endpoints?.token ?? issuer;
  return known === undefined || !URL.canParse(known) ? undefined : hostOf(known);
}

/** The origins a secret is meant for that is given for these settings now: no other gets to see it. Pure. */
export function secretOrigins({ issuer, endpoints, url }: AccountSettings): readonly string[] {
  const named = [issuer, endpoints.tokenEndpoint, url].filter((address) => address !== undefined);
  return [...new Set(named.map(originOf))];
}

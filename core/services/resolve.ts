import { splitAccountId } from '../config/account-id.ts';
import type { AccountConfig, Endpoints, RedirectSettings } from '../config/config.ts';
import { KeytrayError } from '../errors.ts';
import type { AccountSettings, Service } from './service.ts';

const noEndpoints: Endpoints = {
  authorizationEndpoint: undefined,
  tokenEndpoint: undefined,
  revocationEndpoint: undefined,
  deviceAuthorizationEndpoint: undefined,
  userinfoEndpoint: undefined,
  jwksUri: undefined,
};

/** The parts of an account that say which server it signs in to. */
export type Instance = Pick<AccountConfig, 'issuer' | 'endpoints'>;

/** Whether one can sign in without naming a server: github.com, gitlab.com. */
function hasPublicInstance(service: Service): boolean {
  return service.issuer !== undefined || service.endpoints.authorizationEndpoint !== undefined;
}

/**
 * An account that names a server of its own gets nothing of the preset's public one: a token or a code must
 * not reach a server it was not meant for.
 */
export function usesOwnInstance(account: Instance, service: Service): boolean {
  const { authorizationEndpoint, tokenEndpoint } = account.endpoints;
  const differs = (mine: string | undefined, preset: string | undefined) => mine !== undefined && mine !== preset;
  return (
    differs(account.issuer, service.issuer) ||
    differs(authorizationEndpoint, service.endpoints.authorizationEndpoint) ||
    differs(tokenEndpoint, service.endpoints.tokenEndpoint)
  );
}

function mergeEndpoints(preset: Partial<Endpoints>, own: Endpoints): Endpoints {
  return {
    authorizationEndpoint: own.authorizationEndpoint ?? preset.authorizationEndpoint,
    tokenEndpoint: own.tokenEndpoint ?? preset.tokenEndpoint,
    revocationEndpoint: own.revocationEndpoint ?? preset.revocationEndpoint,
    deviceAuthorizationEndpoint: own.deviceAuthorizationEndpoint ?? preset.deviceAuthorizationEndpoint,
    pushedAuthorizationRequestEndpoint:
      own.pushedAuthorizationRequestEndpoint ?? preset.pushedAuthorizationRequestEndpoint,
    userinfoEndpoint: own.userinfoEndpoint ?? preset.userinfoEndpoint,
    jwksUri: own.jwksUri ?? preset.jwksUri,
  };
}

function ownHosts(account: Instance, service: Service): AccountSettings['serves'] {
  const url = account.issuer ?? account.endpoints.authorizationEndpoint;
  if (url === undefined || !usesOwnInstance(account, service)) return {};
  const host = new URL(url).host;
  return Object.fromEntries(service.servesOwnHost.map((family) => [family, [host]]));
}

/** Hosts an account answers for, by tool: its own, else those of its server, else those of the service. */
export function servedHosts(
  account: Instance & Pick<AccountConfig, 'serves'>,
  service: Service,
): AccountSettings['serves'] {
  const leavesPublic = hasPublicInstance(service) && usesOwnInstance(account, service);
  return { ...(leavesPublic ? {} : service.serves), ...ownHosts(account, service), ...account.serves };
}

/** `GitHub (work)`; a server set up by hand is known to its person by the account's id only. */
export function accountTitle(id: string, service: Pick<Service, 'name' | 'title'>): string {
  const { name, label } = splitAccountId(id);
  const byHand = service.name === 'oidc' || service.name === 'oauth';
  if (name !== service.name) {
    if (!byHand) return `${service.title} (${id})`;
    return label === undefined ? name : `${name} (${label})`;
  }
  if (label === undefined) return service.title;
  return byHand ? label : `${service.title} (${label})`;
}

/** Servers drop `offline_access` without a consent of this very request (OpenID Connect Core §11). */
function promptFor(account: AccountConfig, service: Service, scopes: readonly string[]): string | undefined {
  return account.prompt ?? service.prompt ?? (scopes.includes('offline_access') ? 'consent' : undefined);
}

/** Merges an account over its service. Throws `misconfigured` where neither gives a client_id. */
export function resolveAccount(account: AccountConfig, service: Service): AccountSettings {
  const clientId = account.clientId ?? service.clientId;
  if (clientId === undefined) {
    throw new KeytrayError('misconfigured', `${account.id} has no client_id`, { account: account.id });
  }
  const own = usesOwnInstance(account, service);
  const scopes = account.scopes ?? service.scopes;
  return {
    id: account.id,
    service: service.name,
    title: accountTitle(account.id, service),
    clientId,
    clientSecret: service.builtInClients?.ids.includes(clientId) ? 'none' : service.clientSecret,
    secretForBrowserOnly: service.secretForBrowserOnly,
    issuer: own ? account.issuer : (account.issuer ?? service.issuer),
    endpoints: mergeEndpoints(own ? noEndpoints : service.endpoints, account.endpoints),
    scopes,
    audience: account.audience,
    resource: account.resource,
    username: account.username ?? service.username,
    prompt: promptFor(account, service, scopes),
    authorizationParams: { ...service.authorizationParams, ...account.authorizationParams },
    redirect: { ...service.redirect, ...account.redirect },
    expect: account.expect,
    tls: account.tls,
    store: account.store,
    refresh: account.refresh,
    refreshRevokesAccess: account.refreshRevokesAccess ?? (service.refreshRevokesAccess || undefined),
    deadTokenErrors: [...new Set([...service.deadTokenErrors, ...(account.deadTokenErrors ?? [])])],
    clientAuth: account.clientAuth,
    emailVerifiedAsText: service.emailVerifiedAsText,
    browser: account.browser,
    environment: account.environment,
    env: account.env,
    serves: servedHosts(account, service),
    awsStsEndpoint: account.awsStsEndpoint,
  };
}

/**
 * What to enter where the client is registered. Without a fixed port none is named: the server ignores it
 * (RFC 8252 §7.3). Several fixed ports are all registered; they are parted by commas.
 */
export function redirectUriToRegister(settings: { readonly redirect: RedirectSettings }): string {
  const { host, ports, path } = settings.redirect;
  const suffix = path === 'none' ? '' : path;
  if (ports === 'any') return `http://${host}${suffix}`;
  return ports.map((port) => `http://${host}:${port}${suffix}`).join(', ');
}

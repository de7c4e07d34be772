import { KeytrayError } from '../errors.ts';
import { fieldsOf } from '../services/fields.ts';
import { type Grant, type GrantKind, traitsOf } from '../services/grant.ts';
import { registeringServerOf, resourceAt } from '../services/registering-server.ts';
import type { AccountSettings, Service } from '../services/service.ts';
import type { Endpoints, RedirectSettings } from '../services/shapes.ts';
import { checkOf } from './account-check.ts';
import { splitAccountId } from './account-id.ts';
import type { AccountConfig } from './config.ts';

const noEndpoints: Endpoints = {
  authorizationEndpoint: undefined,
  tokenEndpoint: undefined,
  revocationEndpoint: undefined,
  deviceAuthorizationEndpoint: undefined,
  userinfoEndpoint: undefined,
  jwksUri: undefined,
};

/** The parts of an account that say which server it signs in to. */
export type Instance = Pick<AccountConfig, 'issuer' | 'endpoints' | 'url' | 'settings'>;

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

const below = (url: string, path: string): string => `${url.replace(/\/+$/, '')}${path}`;

/** The account with the issuer or the endpoints that follow from its `url`, unless it names them itself. */
export function atUrl<T extends Instance>(account: T, service: Service): T {
  const { url, issuer, endpoints } = account;
  const { authorizationEndpoint, tokenEndpoint } = endpoints;
  const named = issuer !== undefined || authorizationEndpoint !== undefined || tokenEndpoint !== undefined;
  if (url === undefined || named || service.atUrl === undefined) return account;
  const at = (paths: Partial<Endpoints>, setting = ''): T => {
    const derived = Object.entries(paths).map(([role, path = '']) => [
      role,
      below(url, path.replace('SETTING', encodeURIComponent(setting))),
    ]);
    return { ...account, endpoints: mergeEndpoints(Object.fromEntries(derived), endpoints) };
  };
  if ('endpoints' in service.atUrl) return at(service.atUrl.endpoints);
  const { issuer: path, withSetting } = service.atUrl;
  const setting = withSetting === undefined ? undefined : account.settings?.[withSetting.name];
  if (withSetting !== undefined && setting !== undefined) return at(withSetting.endpoints, setting);
  return { ...account, issuer: below(url, path) };
}

/** The address of an account that names its issuer alone, as they all did once. */
function urlOf({ url, issuer, settings }: Instance, { address, atUrl: known }: Service): string | undefined {
  if (url === undefined && address !== undefined) {
    return address.url.replace('SETTING', () => settings?.[address.setting] ?? address.otherwise);
  }
  const path = known !== undefined && 'issuer' in known ? known.issuer : '';
  if (url !== undefined || issuer === undefined || path === '' || !issuer.endsWith(path)) return url;
  return issuer.slice(0, -path.length);
}

/** The client of an account; undefined where it needs one and names none. */
export function clientOf(account: Pick<AccountConfig, 'clientId' | 'grant'>, service: Service): string | undefined {
  const { clientId } = account;
  const grant = account.grant ?? service.grants[0];
  const { client, signIn } = traitsOf(grant);
  if (!client || registeringServerOf(service, grant) !== undefined) return clientId ?? '';
  // A client everybody may use has no secret to enter.
  return clientId ?? (signIn === 'fields' ? undefined : service.clientId);
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
  const url = account.issuer ?? account.endpoints.authorizationEndpoint ?? account.url;
  if (url === undefined || !usesOwnInstance(account, service)) return {};
  const host = new URL(url).host;
  return Object.fromEntries(service.servesOwnHost.map((family) => [family, [host]]));
}

/** Hosts an account answers for, by tool: its own, else those of its server, else those of the service. */
export function servedHosts(
  written: Instance & Pick<AccountConfig, 'serves'>,
  service: Service,
): AccountSettings['serves'] {
  const account = atUrl(written, service);
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

/** The grant of an account with what belongs to it; a missing key was found when the configuration was read. */
function grantOf(account: AccountConfig, service: Service): Grant {
  const kind = account.grant ?? service.grants[0];
  switch (kind) {
    case 'authorization_code':
    case 'client_credentials':
    case 'pasted_code':
      return { kind };
    case 'api_key':
      return { kind, expiresAt: account.expiresAt };
    case 'aws_identity':
      return { kind, awsCredentials: account.awsCredentials ?? { kind: 'env' } };
    case 'token_exchange':
      return {
        kind,
        subjectAccount: account.exchange?.subjectAccount ?? '',
        subjectToken: account.exchange?.subjectToken ?? 'access_token',
        requestedTokenType: account.exchange?.requestedTokenType,
        exchange: account.exchange?.exchange ?? 'token-exchange',
      };
    case 'command':
      return { kind, command: account.command ?? [] };
  }
}

function secretOf({ kind }: Grant, clientId: string, service: Service): AccountSettings['clientSecret'] {
  const { client, signIn } = traitsOf(kind);
  if (!client || service.builtInClients?.ids.includes(clientId)) return 'none';
  return signIn === 'fields' ? 'required' : service.clientSecret;
}

/** Asking again for a token kills none: that is what a refresh of a sign-in does, at some servers. */
function revokesAccess(account: AccountConfig, service: Service, { kind }: Grant): boolean | undefined {
  if (traitsOf(kind).renewal !== 'refresh_token') return false;
  return account.refreshRevokesAccess ?? (service.refreshRevokesAccess || undefined);
}

/** What the account writes is added to the variables of its service, or takes their place. */
function variablesOf({ env }: AccountConfig, service: Service, grant: GrantKind): AccountSettings['variables'] {
  const own = service.variables?.[grant];
  return { ...own, always: { ...own?.always, ...env } };
}

const redirectOf = (clientId: string, { builtInClients, redirect }: Service): RedirectSettings =>
  builtInClients?.ids.includes(clientId) === true ? builtInClients.redirect : redirect;

/** Merges an account over its service. Throws `misconfigured` where neither gives a client_id. */
export function resolveAccount(written: AccountConfig, service: Service): AccountSettings {
  const account = atUrl(written, service);
  const grant = grantOf(account, service);
  const { signIn } = traitsOf(grant.kind);
  const clientId = clientOf(account, service);
  if (clientId === undefined) {
    throw new KeytrayError('misconfigured', `${account.id} has no client_id`, { account: account.id });
  }
  const registering = registeringServerOf(service, grant.kind);
  const own = usesOwnInstance(account, service);
  const url = urlOf(account, service);
  const preset = signIn === 'browser' ? service.scopes : (service.grantScopes?.[grant.kind] ?? []);
  const scopes = account.scopes ?? preset;
  return {
    id: account.id,
    service: service.name,
    title: accountTitle(account.id, service),
    grant,
    fields: fieldsOf(grant.kind, service, account.lakebase),
    url,
    settings: account.settings ?? {},
    present: account.present ?? service.present?.[grant.kind] ?? { kind: 'bearer' },
    check: checkOf(account, service, grant, { own, url, publicServer: hasPublicInstance(service) }),
    catalog: service.catalog,
    apiKeys: service.apiKeys,
    minValidity: account.minValidity ?? service.minValidity,
    permissions: service.permissions,
    preAuthenticate: account.preAuthenticate ?? false,
    lakebase: account.lakebase,
    clientId,
    registersClient: registering !== undefined && clientId === '' ? true : undefined,
    clientSecret: secretOf(grant, clientId, service),
    secretForBrowserOnly: service.secretForBrowserOnly,
    issuer: own ? account.issuer : (account.issuer ?? service.issuer),
    endpoints: mergeEndpoints(own ? noEndpoints : service.endpoints, account.endpoints),
    scopes,
    audience: account.audience ?? service.audience,
    resource: account.resource ?? resourceAt(registering, account.issuer),
    username: account.username ?? service.username,
    prompt: promptFor(account, service, scopes),
    authorizationParams: { ...service.authorizationParams, ...account.authorizationParams },
    redirect: { ...redirectOf(clientId, service), ...account.redirect },
    expect: account.expect,
    tls: account.tls,
    store: traitsOf(grant.kind).kept === 'memory' ? 'memory' : account.store,
    refresh: account.refresh,
    refreshRevokesAccess: revokesAccess(account, service, grant),
    deadTokenErrors: [...new Set([...service.deadTokenErrors, ...(account.deadTokenErrors ?? [])])],
    refusals: service.refusals,
    clientAuth: account.clientAuth,
    emailVerifiedAsText: service.emailVerifiedAsText,
    browser: account.browser,
    environment: account.environment,
    variables: variablesOf(account, service, grant.kind),
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

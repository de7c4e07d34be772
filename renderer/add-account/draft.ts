import type { RequestOf } from '../../ipc/contract.ts';
import type { GrantView, ServiceView, StoreKind } from '../../ipc/views.ts';
import { parseHosts } from '../details/hosts.ts';

/** What a person has typed of a new account so far. */
export interface Draft {
  readonly name: string;
  /** Undefined: the default of the service. */
  readonly grant: GrantView['kind'] | undefined;
  readonly url: string;
  readonly settings: Readonly<Record<string, string>>;
  readonly audience: string;
  readonly awsSource: 'profile' | 'env';
  readonly awsProfile: string;
  readonly issuer: string;
  readonly authorizationEndpoint: string;
  readonly tokenEndpoint: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly scopes: string;
  readonly environment: string;
  readonly gitHosts: string;
  readonly store: StoreKind;
}

export const emptyDraft: Draft = {
  name: '',
  grant: undefined,
  url: '',
  settings: {},
  audience: '',
  awsSource: 'profile',
  awsProfile: '',
  issuer: '',
  authorizationEndpoint: '',
  tokenEndpoint: '',
  clientId: '',
  clientSecret: '',
  scopes: '',
  environment: '',
  gitHosts: '',
  store: 'keychain',
};

/** The keys that hold one line of text. */
export type TextKey = { [K in keyof Draft]: Draft[K] extends string ? K : never }[Exclude<
  keyof Draft,
  'store' | 'awsSource'
>];

export function grantOf({ grants }: ServiceView, { grant }: Draft): GrantView {
  return grants.find(({ kind }) => kind === grant) ?? grants[0];
}

const byHand = (service: ServiceView): boolean => service.name === 'oidc' || service.name === 'oauth';

/** The first id of this service that is free: `gitlab`, then `gitlab@2`. By hand the server's own name is better. */
export function suggestName(service: ServiceView, taken: ReadonlySet<string>): string {
  const base = byHand(service) ? '' : service.name;
  if (base === '' || !taken.has(base)) return base;
  for (let number = 2; ; number += 1) if (!taken.has(`${base}@${number}`)) return `${base}@${number}`;
}

const pattern = /^[a-z0-9][a-z0-9._-]*(@[a-z0-9][a-z0-9._-]*)?$/;

function isUrl(text: string): boolean {
  return URL.canParse(text) && /^https?:/.test(text);
}

export interface Problems extends Readonly<Partial<Record<TextKey, string>>> {
  readonly settings?: Readonly<Record<string, string>>;
}

const inFull = (example: string): string => `Write it in full: ${example}`;

/** What must be written before the account can be added; said field by field. Pure. */
export function problemsOf(service: ServiceView, draft: Draft, taken: ReadonlySet<string>): Problems {
  const { server, url, settings, awsCredentials, clientId, clientSecret } = grantOf(service, draft);
  const problems: Partial<Record<TextKey, string>> = {};
  if (draft.name === '') problems.name = 'Give it a name.';
  else if (!pattern.test(draft.name) || draft.name.length > 64) {
    problems.name = 'Use small letters, digits, dots and dashes, and at most one @: gitlab@work.';
  } else if (taken.has(draft.name)) problems.name = 'There is an account of this name already.';
  if (url?.required === true && draft.url.trim() === '') problems.url = `Write the address of ${url.what}.`;
  else if (url !== undefined && draft.url.trim() !== '' && !isUrl(draft.url.trim())) problems.url = inFull(url.example);
  if (server === 'own' && draft.issuer === '') problems.issuer = 'Write the address of the server.';
  else if (draft.issuer !== '' && !isUrl(draft.issuer)) problems.issuer = inFull('https://login.example.com');
  if (server === 'endpoints' && !isUrl(draft.authorizationEndpoint)) {
    problems.authorizationEndpoint = 'Write it in full, with https://.';
  }
  if ((server === 'endpoints' || server === 'token_endpoint') && !isUrl(draft.tokenEndpoint)) {
    problems.tokenEndpoint = 'Write it in full, with https://.';
  }
  if (awsCredentials && draft.awsSource === 'profile' && draft.awsProfile.trim() === '') {
    problems.awsProfile = 'Write the name of the profile, as ~/.aws/config has it.';
  }
  if (clientId && draft.clientId.trim() === '') problems.clientId = 'Write the client ID you were given.';
  if (clientSecret === 'required' && draft.clientSecret === '') {
    problems.clientSecret = `${service.title} wants a client secret.`;
  }
  const missing = settings
    .filter(({ name, required }) => required && (draft.settings[name] ?? '').trim() === '')
    .map(({ name }) => [name, `${service.title} wants to know it.`]);
  return missing.length === 0 ? problems : { ...problems, settings: Object.fromEntries(missing) };
}

const given = (text: string): string | undefined => (text.trim() === '' ? undefined : text.trim());

/** What decides where and how a client is registered, as far as it is written. */
export function registrationRequest(service: ServiceView, draft: Draft): RequestOf<'registration'> {
  const url = (text: string): string | undefined => (isUrl(text.trim()) ? text.trim() : undefined);
  const fields = {
    issuer: url(draft.issuer),
    authorizationEndpoint: url(draft.authorizationEndpoint),
    tokenEndpoint: url(draft.tokenEndpoint),
    clientId: given(draft.clientId),
  };
  return {
    service: service.name,
    ...Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)),
  };
}

/** What was left empty, and what the chosen grant does not ask for, is left to the service. */
export function requestOf(service: ServiceView, draft: Draft): RequestOf<'addAccount'> {
  const grant = grantOf(service, draft);
  const scopes = draft.scopes.split(/[\s,]+/).filter((scope) => scope !== '');
  const git = parseHosts(draft.gitHosts);
  const ofServer = (text: string): string | undefined => (grant.server === 'none' ? undefined : given(text));
  const fields = {
    grant: grant === service.grants[0] ? undefined : grant.kind,
    url: grant.url === undefined ? undefined : given(draft.url),
    settings: settingsOf(grant, draft),
    audience: grant.audience === undefined ? undefined : given(draft.audience),
    awsCredentials: grant.awsCredentials ? awsCredentialsOf(draft) : undefined,
    clientId: grant.clientId ? given(draft.clientId) : undefined,
    clientSecret: grant.clientSecret === 'none' ? undefined : given(draft.clientSecret),
    issuer: ofServer(draft.issuer),
    authorizationEndpoint: ofServer(draft.authorizationEndpoint),
    tokenEndpoint: ofServer(draft.tokenEndpoint),
    scopes: grant.scopes === undefined || scopes.length === 0 ? undefined : scopes,
    environment: given(draft.environment),
    store: draft.store === 'keychain' ? undefined : draft.store,
    serves: git.length === 0 ? undefined : { git: [...git] },
  };
  const written = Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
  return { account: draft.name, service: service.name, ...written };
}

const awsCredentialsOf = ({ awsSource, awsProfile }: Draft): RequestOf<'addAccount'>['awsCredentials'] =>
  awsSource === 'env' ? { kind: 'env' } : { kind: 'profile', profile: awsProfile.trim() };

function settingsOf({ settings }: GrantView, draft: Draft): Readonly<Record<string, string>> | undefined {
  const written = settings.flatMap(({ name }) => {
    const value = given(draft.settings[name] ?? '');
    return value === undefined ? [] : [[name, value] as const];
  });
  return written.length === 0 ? undefined : Object.fromEntries(written);
}

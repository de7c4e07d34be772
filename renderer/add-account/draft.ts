import type { RequestOf } from '../../ipc/contract.ts';
import type { ServiceView, StoreKind } from '../../ipc/views.ts';
import { parseHosts } from '../details/hosts.ts';

/** What a person has typed of a new account so far. */
export interface Draft {
  readonly name: string;
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

export type Problems = Readonly<Partial<Record<keyof Draft, string>>>;

/** What must be written before the account can be added; said field by field. Pure. */
export function problemsOf(service: ServiceView, draft: Draft, taken: ReadonlySet<string>): Problems {
  const problems: Partial<Record<keyof Draft, string>> = {};
  if (draft.name === '') problems.name = 'Give it a name.';
  else if (!pattern.test(draft.name) || draft.name.length > 64) {
    problems.name = 'Use small letters, digits, dots and dashes, and at most one @: gitlab@work.';
  } else if (taken.has(draft.name)) problems.name = 'There is an account of this name already.';
  if (service.server === 'own' && draft.issuer === '') problems.issuer = 'Write the address of the server.';
  else if (draft.issuer !== '' && !isUrl(draft.issuer)) problems.issuer = 'Write it in full: https://login.example.com';
  if (service.server === 'endpoints') {
    if (!isUrl(draft.authorizationEndpoint)) problems.authorizationEndpoint = 'Write it in full, with https://.';
    if (!isUrl(draft.tokenEndpoint)) problems.tokenEndpoint = 'Write it in full, with https://.';
  }
  if (service.needsClientId && draft.clientId.trim() === '') problems.clientId = 'Write the client ID you were given.';
  if (service.clientSecret === 'required' && draft.clientSecret === '') {
    problems.clientSecret = `${service.title} wants a client secret.`;
  }
  return problems;
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

/** What was left empty is left to the service. */
export function requestOf(service: ServiceView, draft: Draft): RequestOf<'addAccount'> {
  const scopes = draft.scopes.split(/[\s,]+/).filter((scope) => scope !== '');
  const git = parseHosts(draft.gitHosts);
  const fields = {
    clientId: given(draft.clientId),
    clientSecret: given(draft.clientSecret),
    issuer: given(draft.issuer),
    authorizationEndpoint: given(draft.authorizationEndpoint),
    tokenEndpoint: given(draft.tokenEndpoint),
    scopes: scopes.length === 0 ? undefined : scopes,
    environment: given(draft.environment),
    store: draft.store === 'keychain' ? undefined : draft.store,
    serves: git.length === 0 ? undefined : { git: [...git] },
  };
  const written = Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
  return { account: draft.name, service: service.name, ...written };
}

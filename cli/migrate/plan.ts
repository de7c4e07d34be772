import { splitAccountId } from '../../core/config/account-id.ts';
import type { AccountConfig } from '../../core/config/config.ts';
import type { AccountFields } from '../../core/config/edit-config.ts';
import { freeId } from '../../core/imports/account-label.ts';
import { type GrantKind, traitsOf } from '../../core/services/grant.ts';
import type { Service } from '../../core/services/service.ts';
import { usageFailure } from '../failure.ts';

/** From a person's own sign-in to a key; from a token that somebody handed out to a client that asks for its own. */
export const destinations = ['api-key', 'oauth'] as const;
export type Destination = (typeof destinations)[number];

const grants: Readonly<Record<Destination, GrantKind>> = { 'api-key': 'api_key', oauth: 'client_credentials' };
const labels: Readonly<Record<Destination, string>> = { 'api-key': 'key', oauth: 'oauth' };

export interface Migration {
  readonly id: string;
  readonly fields: AccountFields;
}

/**
 * The account that takes the place of another one, beside it. Pure. Throws a usage failure where the service does not
 * offer what is asked for, or where the account has it already.
 */
export function planMigration(
  from: AccountConfig,
  service: Service,
  to: Destination,
  { taken, clientId }: { readonly taken: ReadonlySet<string>; readonly clientId: string | undefined },
): Migration {
  const grant = grants[to];
  if (!service.grants.includes(grant)) {
    throw usageFailure(`${service.title} does not offer ${grant}`, `It offers: ${service.grants.join(', ')}`);
  }
  if ((from.grant ?? service.grants[0]) === grant) {
    throw usageFailure(`${from.id} has ${grant} already`, `To replace what it holds: keytray login ${from.id} --renew`);
  }
  if (traitsOf(grant).client && clientId === undefined) {
    throw usageFailure('no client named', `Write: keytray migrate ${from.id} --to ${to} --client-id CLIENT_ID`);
  }
  const { name, label } = splitAccountId(from.id);
  const id = freeId(`${name}@${label === undefined ? '' : `${label}-`}${labels[to]}`, taken);
  return { id, fields: { service: service.name, grant, ...kept(from, grant), ...clientOf(grant, clientId) } };
}

const clientOf = (grant: GrantKind, clientId: string | undefined): AccountFields =>
  traitsOf(grant).client ? { client_id: clientId } : {};

/** What is said of the service and not of the credential. */
function kept(from: AccountConfig, grant: GrantKind): AccountFields {
  const { url, settings, audience, endpoints, tls, store, environment } = from;
  const own = {
    url,
    settings,
    audience: traitsOf(grant).client ? audience : undefined,
    token_endpoint: traitsOf(grant).client ? endpoints.tokenEndpoint : undefined,
    tls: tls.ca === undefined ? undefined : { ca: tls.ca },
    store: store === 'keychain' ? undefined : store,
    environment,
  };
  return Object.fromEntries(Object.entries(own).filter(([, value]) => value !== undefined));
}

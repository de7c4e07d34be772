import { type RegisteringAccount, registrationOf } from '../../core/config/registration.ts';
import { KeytrayError } from '../../core/errors.ts';
import { timedFetch } from '../../core/http/timed-fetch.ts';
import { findMetadata, type Metadata } from '../../core/oauth/metadata.ts';
import { OAuthFailure } from '../../core/oauth/oauth-failure.ts';
import type { Clock, Http } from '../../core/ports.ts';
import { needsOf, type OfferedGrant, offeredGrants } from '../../core/services/grant-needs.ts';
import { services } from '../../core/services/registry.ts';
import type { Service } from '../../core/services/service.ts';
import type { RequestOf } from '../../ipc/contract.ts';
import type { IssuerCheck, RegistrationView, ServiceView } from '../../ipc/views.ts';

export const listServices = (): readonly ServiceView[] => [...services.values()].map(serviceView);

function serviceView(service: Service): ServiceView {
  return {
    name: service.name,
    title: service.title,
    grants: grantViews(service),
    serves: service.serves,
    registration: registrationView(service, { issuer: undefined, tokenEndpoint: undefined, clientId: undefined }),
  };
}

function grantViews(service: Service): ServiceView['grants'] {
  const place = (kind: OfferedGrant): number => service.grants.indexOf(kind);
  const [first, ...others] = offeredGrants
    .filter((kind) => service.grants.includes(kind))
    .sort((a, b) => place(a) - place(b))
    .map((kind) => ({ kind, ...needsOf(service, kind) }));
  if (first === undefined)
    throw new KeytrayError('internal_error', `no form can ask for an account of ${service.name}`);
  return [first, ...others];
}

/** What to register for an account that is still being written. */
export function registrationFor({ service: name, ...account }: RequestOf<'registration'>): RegistrationView {
  const service = services.get(name);
  if (service === undefined) throw new KeytrayError('invalid_request', `there is no service ${name}`);
  const { issuer, authorizationEndpoint, tokenEndpoint, clientId } = account;
  return registrationView(service, { issuer, authorizationEndpoint, tokenEndpoint, clientId });
}

function registrationView(service: Service, account: RegisteringAccount): RegistrationView {
  // Who names no client uses the one that the service brings.
  const clientId = account.clientId ?? service.clientId;
  const { url, steps, redirectUri } = registrationOf(service, { ...account, clientId });
  return {
    ...(url === undefined ? {} : { url }),
    opens: url !== undefined && url === service.registration.url,
    steps,
    ...(redirectUri === undefined ? {} : { redirectUri }),
  };
}

const plainTls = { ca: undefined, verify: true };

/** Asks the server itself. Whatever goes wrong is an answer: the person is still typing. */
export async function checkIssuer(issuer: string, http: Http, clock: Clock): Promise<IssuerCheck> {
  try {
    const { metadata } = await findMetadata(issuer, timedFetch(http.fetchFor(plainTls), clock));
    return judged(metadata);
  } catch (error) {
    if (error instanceof OAuthFailure || error instanceof KeytrayError) {
      return { kind: 'failed', description: error.message };
    }
    throw error;
  }
}

function judged(metadata: Metadata): IssuerCheck {
  const methods = metadata.code_challenge_methods_supported;
  if (methods !== undefined && !methods.includes('S256')) {
    const description = 'The server does not support PKCE with S256, which Keytray insists on.';
    return { kind: 'failed', description };
  }
  const listed = metadata.scopes_supported;
  const scopes = Array.isArray(listed) ? listed.filter((scope) => typeof scope === 'string') : undefined;
  const { revocation_endpoint: revocation, device_authorization_endpoint: device } = metadata;
  return {
    kind: 'found',
    issuer: metadata.issuer,
    endpoints: {
      authorization: metadata.authorization_endpoint,
      token: metadata.token_endpoint,
      ...(revocation === undefined ? {} : { revocation }),
      ...(device === undefined ? {} : { device_authorization: device }),
    },
    ...(scopes === undefined ? {} : { scopes }),
    notes: [
      ...(methods === undefined ? ['The server does not say whether it supports PKCE; Keytray sends it anyway.'] : []),
      ...(revocation === undefined ? ['Signing out cannot be told to this server: it revokes no tokens.'] : []),
      ...(new URL(metadata.issuer).protocol === 'http:' ? ['Plain http: only for a server on this machine.'] : []),
    ],
  };
}

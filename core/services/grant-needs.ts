import { fieldsOf } from './fields.ts';
import { type GrantKind, traitsOf } from './grant.ts';
import { registeringServerOf } from './registering-server.ts';
import type { Service } from './service.ts';

/** The grants whose keys a form can ask for; the others name a program or another account, in the file. */
export const offeredGrants = [
  'authorization_code',
  'client_credentials',
  'api_key',
  'pasted_code',
  'aws_identity',
] as const satisfies readonly GrantKind[];
export type OfferedGrant = (typeof offeredGrants)[number];

export interface NeededSetting {
  readonly name: string;
  /** What it is, for people. */
  readonly what: string;
  readonly required: boolean;
  /** What it is where an account does not say; such a one is worth asking for at once. */
  readonly otherwise?: string;
}

/** What an account has to say, or may, for one grant of its service, beside its name. */
export interface GrantNeeds {
  /**
   * The authorization server: none is asked, there is a public one, an account may name its own or must.
   * `endpoints`, `token_endpoint`: of a server without metadata.
   */
  readonly server: 'none' | 'public' | 'public_or_own' | 'own' | 'endpoints' | 'token_endpoint';
  /** Undefined where `server` says all. */
  readonly url?: { readonly what: string; readonly example: string; readonly required: boolean };
  readonly settings: readonly NeededSetting[];
  /** The API that tokens are asked for; `otherwise` is the service's own. */
  readonly audience?: { readonly otherwise?: string };
  /** Where the AWS credentials come from that prove who asks. */
  readonly awsCredentials: boolean;
  readonly clientId: boolean;
  /** Asked for beside the client; that of a grant with fields is one of them. */
  readonly clientSecret: Service['clientSecret'];
  readonly scopes?: readonly string[];
  /** What the sign-in will ask for, and where that is found. */
  readonly fields: readonly { readonly title: string; readonly where?: string }[];
}

/** Pure: all of it follows from the data of the service. */
export function needsOf(service: Service, grant: OfferedGrant): GrantNeeds {
  const { client, signIn } = traitsOf(grant);
  const byBrowser = signIn === 'browser';
  const server = serverOf(service, grant);
  const url = urlOf(service, byBrowser);
  const registers = registeringServerOf(service, grant) !== undefined;
  return {
    server,
    ...(url !== undefined && { url }),
    settings: settingsOf(service, grant),
    ...(grant === 'client_credentials' && {
      audience: service.audience === undefined ? {} : { otherwise: service.audience },
    }),
    awsCredentials: grant === 'aws_identity',
    // The client that a service brings is for people.
    clientId: client && (!byBrowser || (service.clientId === undefined && !registers)),
    clientSecret: byBrowser ? service.clientSecret : 'none',
    ...(client && { scopes: byBrowser ? service.scopes : (service.grantScopes?.[grant] ?? []) }),
    fields: fieldsOf(grant, service).map(({ title, where }) => ({ title, ...(where !== undefined && { where }) })),
  };
}

function serverOf(service: Service, grant: OfferedGrant): GrantNeeds['server'] {
  const { client, signIn } = traitsOf(grant);
  const { name, url, atUrl, issuer, endpoints, servesOwnHost } = service;
  if (registeringServerOf(service, grant) !== undefined) return 'own';
  if (!client || (url !== undefined && atUrl !== undefined)) return 'none';
  if (name === 'oauth') return signIn === 'browser' ? 'endpoints' : 'token_endpoint';
  const endpoint = signIn === 'browser' ? endpoints.authorizationEndpoint : endpoints.tokenEndpoint;
  if (issuer === undefined && endpoint === undefined) return 'own';
  return servesOwnHost.length > 0 ? 'public_or_own' : 'public';
}

/** Of a service whose `url` is nothing but its server, a sign-in by browser is told the issuer. */
function urlOf({ url }: Service, byBrowser: boolean): GrantNeeds['url'] {
  if (url !== undefined) return { ...url, required: true };
  if (byBrowser) return undefined;
  return { what: 'your own instance, or of its API', example: 'https://api.example.com', required: false };
}

function settingsOf({ settings = {}, neededSettings, address }: Service, grant: GrantKind): readonly NeededSetting[] {
  const needed = neededSettings?.[grant] ?? [];
  const all = Object.entries(settings).map(([name, what]) => ({
    name,
    what,
    required: needed.includes(name),
    ...(address?.setting === name && { otherwise: address.otherwise }),
  }));
  return all.sort((a, b) => Number(b.required) - Number(a.required));
}

import type { Catalog } from './catalog.ts';
import type { ServiceCheck } from './check.ts';
import type { FailureRow } from './failure-table.ts';
import type { Field } from './field.ts';
import type { Grant, GrantKind } from './grant.ts';
import type { LakebaseTargets } from './lakebase.ts';
import type { Present } from './present.ts';
import type { RegisteringServer } from './registering-server.ts';
import type { Endpoints, RedirectSettings, StoreKind, ToolFamily } from './shapes.ts';
import type { ServiceVariables } from './variables.ts';

/** Where the client secret is sent: as Basic credentials or in the body (RFC 6749 §2.3.1). */
export type ClientAuthMethod = 'basic' | 'post';

/** `mappings`: those of AWS identities, which another account's keys may read. */
export type PermissionSource = 'dataiku' | 'databases' | 'mappings';

/** Whose API the keys of a service are managed by. */
export type ApiKeysKind = 'dataiku' | 'quilt';

/** A kind of thing one signs in to: data, not behaviour. One file per preset lives beside this one. */
export interface Service {
  readonly name: string;
  readonly title: string;
  /** The grants it offers, the default first. */
  readonly grants: readonly [GrantKind, ...GrantKind[]];
  /** What a person gives, where it is more or other than the grant's own field. */
  readonly fields?: Readonly<Partial<Record<GrantKind, readonly Field[]>>>;
  /** Further facts an account may tell under `settings:`, by name, each with what it is. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Those that a grant cannot do without. */
  readonly neededSettings?: Readonly<Partial<Record<GrantKind, readonly string[]>>>;
  /** An account has to say its `url`: what that is the address of, and how one looks. */
  readonly url?: { readonly what: string; readonly example: string };
  /** Undefined: `bearer`. */
  readonly present?: Readonly<Partial<Record<GrantKind, Present>>>;
  /** Variables that `exec` and `env` set, by grant. */
  readonly variables?: Readonly<Partial<Record<GrantKind, ServiceVariables>>>;
  /** Where its API is for an account without a `url`; SETTING stands for what the account sets under that name. */
  readonly address?: { readonly setting: string; readonly otherwise: string; readonly url: string };
  /** Shows whether a credential is good, and whose it is: the first one that takes the grant of the account. */
  readonly check?: ServiceCheck | readonly ServiceCheck[];
  /** What its credentials may do can be asked: in which words, and of whom. */
  readonly permissions?: PermissionSource;
  /** Its API is where a catalog says, which is the account's `url`. */
  readonly catalog?: Catalog;
  /** API keys can be listed, created and revoked there; by whose API. */
  readonly apiKeys?: ApiKeysKind;
  /** Its workspaces have databases, which an account may name under `lakebase:`. */
  readonly databases?: true;
  /** What its clients ask for a token without being told how: `exec` can stand in for it. */
  readonly endpoint?: 'databricks' | 'auth0';
  /** Seconds; see `AccountSettings`. */
  readonly minValidity?: number;
  /** Of a token request, where an account names none. */
  readonly audience?: string;
  readonly issuer: string | undefined;
  readonly endpoints: Partial<Endpoints>;
  /** What follows from the `url` of an account: paths below it. An issuer, or endpoints where there is no metadata. */
  readonly atUrl?:
    | {
        readonly issuer: string;
        /** Other endpoints where the account sets this; SETTING stands for its value. */
        readonly withSetting?: { readonly name: string; readonly endpoints: Partial<Endpoints> };
      }
    | { readonly endpoints: Partial<Endpoints> };
  /** Of a sign-in in the browser. */
  readonly scopes: readonly string[];
  /** Of the other grants; none where it says nothing. */
  readonly grantScopes?: Readonly<Partial<Record<GrantKind, readonly string[]>>>;
  readonly redirect: RedirectSettings;
  /** Clients of this service are registered with exactly this redirect URI; else a new account gets a path of its own. */
  readonly fixedRedirect?: true;
  /** Clients the service brings itself, and the redirect URI they are registered with. */
  readonly builtInClients?: { readonly ids: readonly string[]; readonly redirect: RedirectSettings };
  /** Of a sign-in by browser, where an account names none. */
  readonly clientId: string | undefined;
  /** Where an account that signs in by browser needs no client: it names the server instead. */
  readonly registeringServer?: RegisteringServer;
  readonly clientSecret: 'none' | 'optional' | 'required';
  /** A required client secret is for the sign-in by browser; by device code one can sign in and refresh without. */
  readonly secretForBrowserOnly?: true;
  /** Sent with the authorization request unless the account sets it. */
  readonly prompt: string | undefined;
  readonly authorizationParams: Readonly<Record<string, string>>;
  /** User name tools send beside the token where they only know Basic. */
  readonly username: string;
  /** A refresh kills the access token in use. */
  readonly refreshRevokesAccess: boolean;
  /** What this service says instead of `invalid_grant` when a refresh token is dead. */
  readonly deadTokenErrors: readonly string[];
  /** What its token endpoint says when it refuses a client; the words are `error_description`. */
  readonly refusals?: readonly FailureRow[];
  /** Hosts of the public instance; not used once an account names an instance of its own. */
  readonly serves: Readonly<Partial<Record<ToolFamily, readonly string[]>>>;
  /** Tool families that the host of an account's own instance answers for. */
  readonly servesOwnHost: readonly ToolFamily[];
  /** Says that an address is verified with the text "true", not the JSON value. */
  readonly emailVerifiedAsText?: boolean;
  /** Where a client is registered, and what to enter there; `registrationOf` fits it to one account. */
  readonly registration: {
    /** Of the public instance. */
    readonly url: string | undefined;
    /** The same page below an account's own instance. */
    readonly instancePage?: string;
    /** REDIRECT_URI stands for the redirect URI of the account. */
    readonly steps: readonly string[];
    /** False where the form asks for none. */
    readonly needsRedirectUri?: false;
  };
}

/** An account as the broker uses it: config merged over the service's preset, everything decided. */
export interface AccountSettings {
  readonly id: string;
  readonly service: string;
  /** For people: `GitHub (work)`. */
  readonly title: string;
  readonly grant: Grant;
  /** What a person gives at a sign-in; none where that is the browser's affair, or where nobody is needed. */
  readonly fields: readonly Field[];
  readonly url: string | undefined;
  readonly settings: Readonly<Record<string, string>>;
  readonly present: Present;
  /** The check of the service at the address of this account; undefined where there is none for its grant. */
  readonly check?: { readonly check: ServiceCheck; readonly address: string | undefined } | undefined;
  readonly catalog?: Catalog | undefined;
  readonly apiKeys?: ApiKeysKind | undefined;
  /** Seconds a token must have left to be handed out, in place of the default; yields as the default does. */
  readonly minValidity?: number | undefined;
  readonly permissions?: PermissionSource | undefined;
  readonly preAuthenticate: boolean;
  readonly lakebase?: LakebaseTargets | undefined;
  /** Empty where the grant has no client, and where the server registers one. */
  readonly clientId: string;
  /** Each sign-in registers the client it uses; the record of its tokens tells which. */
  readonly registersClient?: true | undefined;
  readonly clientSecret: 'none' | 'optional' | 'required';
  readonly secretForBrowserOnly?: true | undefined;
  readonly issuer: string | undefined;
  readonly endpoints: Endpoints;
  readonly scopes: readonly string[];
  readonly audience: string | undefined;
  readonly resource: string | undefined;
  readonly username: string;
  readonly prompt: string | undefined;
  readonly authorizationParams: Readonly<Record<string, string>>;
  readonly redirect: RedirectSettings;
  readonly expect:
    | { readonly issuer: string | undefined; readonly subject: string | undefined; readonly email: string | undefined }
    | undefined;
  readonly tls: { readonly ca: string | undefined; readonly verify: boolean };
  readonly store: StoreKind;
  readonly refresh: 'ahead' | 'on-demand';
  /** Undefined: the preset knows nothing of it, and the server may teach it. */
  readonly refreshRevokesAccess: boolean | undefined;
  readonly deadTokenErrors: readonly string[];
  readonly refusals?: readonly FailureRow[] | undefined;
  /** Undefined: what the server lists. */
  readonly clientAuth?: ClientAuthMethod | undefined;
  readonly emailVerifiedAsText?: boolean | undefined;
  readonly browser: string | undefined;
  readonly environment: string | undefined;
  readonly variables: ServiceVariables;
  readonly serves: Readonly<Partial<Record<ToolFamily, readonly string[]>>>;
  /** Undefined: AWS's own, by region. */
  readonly awsStsEndpoint?: string | undefined;
}

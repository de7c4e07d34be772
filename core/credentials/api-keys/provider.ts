import type { Secret } from '../../secret.ts';

/** An API key as the service lists it; never its secret. Times in milliseconds since the epoch. */
export interface ServiceKey {
  readonly id: string;
  readonly name: string;
  /** What the service itself shows of the secret. */
  readonly fingerprint: string | undefined;
  /** Where the service lists it again; never passed on. */
  readonly secret?: Secret | undefined;
  readonly owner: string | undefined;
  readonly createdAt: number | undefined;
  /** Undefined: never, as far as the service tells. */
  readonly expiresAt: number | undefined;
  /** `unknown`: the service does not tell. */
  readonly lastUsedAt: number | 'never' | 'unknown';
  readonly status: 'active' | 'expired';
}

export interface CreatedKey {
  readonly key: ServiceKey;
  readonly secret: Secret;
}

/** Whose keys: the caller's own, or everybody's, which administrators may ask for. */
export type KeyOwner = 'own' | 'all';

/** A call below the address of the service, authenticated by whoever carries it out. */
export interface ServiceRequest {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly path: string;
  readonly body?: Readonly<Record<string, unknown>>;
  /** Sent again only where it certainly had no effect: what it makes would be made twice. */
  readonly once?: true;
}

export interface ServiceReply {
  readonly status: number;
  readonly body: string;
}

/** Carries a call out; retries and waits are its matter. Throws `KeytrayError` where no answer came. */
export type AskService = (request: ServiceRequest) => Promise<ServiceReply>;

/** What is to be made. `days`: whole days until it ends; undefined: as the service has it. `owner`: another person. */
export interface NewKey {
  readonly name: string;
  readonly days: number | undefined;
  readonly owner?: string | undefined;
}

/** What a service tells of its keys, and can do with them. */
export interface KeyAbilities {
  readonly expiry: boolean;
  readonly lastUse: boolean;
  readonly fingerprint: boolean;
  readonly revokeBySecret: boolean;
}

/** The API keys of one account at its service. Every method throws `KeytrayError`. */
export interface ApiKeyProvider {
  /** The service, for people. */
  readonly title: string;
  /** What the service has no notion of is refused before it is asked. */
  readonly can: KeyAbilities;
  list(owner: KeyOwner): Promise<readonly ServiceKey[]>;
  create(request: NewKey): Promise<CreatedKey>;
  revoke(which: { readonly id: string; readonly owner: KeyOwner } | { readonly secret: Secret }): Promise<void>;
}

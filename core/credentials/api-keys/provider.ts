import type { Secret } from '../../secret.ts';

/** An API key as the service lists it; never its secret. Times in milliseconds since the epoch. */
export interface ServiceKey {
  readonly id: string;
  readonly name: string;
  /** What the service itself shows of the secret. */
  readonly fingerprint: string | undefined;
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

/** The API keys of one account at its service. Every method throws `KeytrayError`. */
export interface ApiKeyProvider {
  /** What the service has no notion of is refused before it is asked. */
  readonly can: { readonly expiry: boolean; readonly lastUse: boolean; readonly revokeBySecret: boolean };
  list(owner: KeyOwner): Promise<readonly ServiceKey[]>;
  /** `days`: whole days until it ends; undefined where the service knows no end. */
  create(request: { readonly name: string; readonly days: number | undefined }): Promise<CreatedKey>;
  revoke(which: { readonly id: string; readonly owner: KeyOwner } | { readonly secret: Secret }): Promise<void>;
}

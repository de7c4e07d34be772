import type { Secret } from '../secret.ts';

/** What a read of one item found. `locked` and `absent` are never `empty`. */
export type ReadResult = { readonly kind: 'found'; readonly value: Secret } | { readonly kind: 'empty' } | StoreTrouble;

/** `durable`: read back and equal. `journal` says it waits, encrypted, for the keychain to be unlocked. */
export type WriteResult = { readonly kind: 'durable'; readonly where: 'store' | 'journal' } | StoreTrouble;

/** `removed` also where the removal waits, durable, for the keychain to be unlocked: the item is not seen again. */
export type RemoveResult = { readonly kind: 'removed' } | StoreTrouble;

export type StoreTrouble = (
  | {
      readonly kind: 'locked';
      /** What to know beyond that; words for the middle of a sentence. */
      readonly detail?: string;
      /** Nothing was ever stored here: the passphrase is still to be chosen. */
      readonly vacant?: true;
    }
  | { readonly kind: 'absent'; readonly detail: string }
  | { readonly kind: 'denied'; readonly detail: string }
  | { readonly kind: 'corrupt'; readonly detail: string }
  /** A call that did not come back before its deadline. */
  | { readonly kind: 'stuck' }
) &
  Whose;

interface Whose {
  /** The keychain's, unless said. */
  readonly store?: 'encrypted-file';
  /** The account is configured for another store; its sign-in is still in this one. */
  readonly left?: true;
}

/** `unknown`: nobody has asked yet, or the system does not tell. */
export type StoreState = 'unlocked' | StoreTrouble['kind'] | 'unknown';

/** Keeps named secrets: the OS keychain, an encrypted file, or memory. Calls never throw for a state of the store. */
export interface SecretStore {
  readonly backend: 'keychain' | 'encrypted-file' | 'memory';
  state(): StoreState;
  read(item: string): Promise<ReadResult>;
  write(item: string, value: Secret): Promise<WriteResult>;
  remove(item: string): Promise<RemoveResult>;
  /** What would keep `remove` from working now: asked before tokens are revoked. Left out where it always works. */
  removalTrouble?(): Promise<StoreTrouble | undefined>;
  /** Asks where the state may have changed unnoticed; never opens a prompt. */
  check?(): Promise<StoreState>;
  /** Calls back whenever `state()` has become another one. */
  onChange?(listener: () => void): void;
  /** Ends child processes; pending calls answer `absent`. */
  close(): Promise<void>;
}

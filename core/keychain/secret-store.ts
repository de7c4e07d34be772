import type { Secret } from '../secret.ts';

/** What a read of one item found. `locked` and `absent` are never `empty`. */
export type ReadResult = { readonly kind: 'found'; readonly value: Secret } | { readonly kind: 'empty' } | StoreTrouble;

/** `durable`: read back and equal. `journal` says it waits, encrypted, for the keychain to be unlocked. */
export type WriteResult = { readonly kind: 'durable'; readonly where: 'store' | 'journal' } | StoreTrouble;

export type RemoveResult = { readonly kind: 'removed' } | StoreTrouble;

export type StoreTrouble =
  | { readonly kind: 'locked' }
  | { readonly kind: 'absent'; readonly detail: string }
  | { readonly kind: 'denied'; readonly detail: string }
  | { readonly kind: 'corrupt'; readonly detail: string }
  /** A call that did not come back before its deadline. */
  | { readonly kind: 'stuck' };

export type StoreState = 'unlocked' | 'locked' | 'absent' | 'denied' | 'corrupt' | 'unknown';

/** Keeps named secrets: the OS keychain, an encrypted file, or memory. Calls never throw for a state of the store. */
export interface SecretStore {
  readonly backend: 'keychain' | 'encrypted-file' | 'memory';
  state(): StoreState;
  read(item: string): Promise<ReadResult>;
  write(item: string, value: Secret): Promise<WriteResult>;
  remove(item: string): Promise<RemoveResult>;
  /** Ends child processes; pending calls answer `absent`. */
  close(): Promise<void>;
}

/**
 * Whether the keychain can be used at this moment, asked without ever opening a prompt.
 * `no_answer`: the keyring service hangs. `denied`: it may not be called from here. `unknown`: this system cannot
 * be asked (macOS), and the keychain's own errors decide.
 */
export type LockedState =
  | 'unlocked'
  | 'locked'
  | 'no_collection'
  | 'no_service'
  | 'no_bus'
  | 'no_answer'
  | 'denied'
  | 'unknown'
  /** Another user could be behind the bus; `why` is for people. */
  | { readonly kind: 'untrusted_bus'; readonly why: string };

export interface LockedProbe {
  /** Never rejects. */
  ask(): Promise<LockedState>;
  /** Calls back when the answer may have changed, from the first `ask` on. One listener. */
  watch(changed: () => void): void;
  close(): void;
}

/** Where nobody can be asked. */
export const blindProbe: LockedProbe = {
  ask: async () => 'unknown',
  watch: () => undefined,
  close: () => undefined,
};

/**
 * Whether the keychain can be used at this moment, asked without ever opening a prompt.
 * `no_answer`: the keyring service hangs. `unknown`: this system cannot be asked (macOS, no D-Bus program),
 * and the keychain's own errors decide.
 */
export type LockedState = 'unlocked' | 'locked' | 'no_collection' | 'no_service' | 'no_bus' | 'no_answer' | 'unknown';

export interface LockedProbe {
  /** Never rejects. */
  ask(): Promise<LockedState>;
}

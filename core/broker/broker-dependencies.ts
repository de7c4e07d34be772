import type { LockNote } from '../hand-out/lock-note.ts';
import type { Barriers, Clock, Http, Logger, LoopbackPeers, Notifier, Programs, UserAgent } from '../ports.ts';
import type { AttemptNotes } from '../refresh/attempt-notes.ts';
import type { StoreKind } from '../services/shapes.ts';
import type { EncryptedFileStore } from '../stores/encrypted-file/encrypted-file-store.ts';
import type { Placements } from '../stores/placements.ts';
import type { SecretStore } from '../stores/secret-store.ts';
import type { AccountsFile } from './api-keys/key-account.ts';
import type { RotationNotes } from './api-keys/rotation-notes.ts';

/** What the broker is put together from. */
export interface BrokerDependencies {
  readonly kind: 'agent' | 'desktop';
  readonly clock: Clock;
  readonly http: Http;
  readonly userAgent: UserAgent;
  readonly peers: LoopbackPeers;
  readonly notifier: Notifier;
  readonly stores: Readonly<Record<StoreKind, SecretStore>> & { readonly 'encrypted-file': EncryptedFileStore };
  /** Which store each account's items are in. */
  readonly placements: Placements;
  readonly logger: Logger;
  readonly random: () => number;
  /** Reads the config now, for an account just added; resolves when it has been applied. */
  readonly reloadConfig: () => Promise<void>;
  /** Ends the process in good order. */
  readonly quit: () => void;
  readonly barriers?: Barriers | undefined;
  /** Default: a lock ends with the process. */
  readonly lockNote?: LockNote | undefined;
  /** Default: refreshes are not remembered across a crash. */
  readonly attempts?: AttemptNotes | undefined;
  /** Default: no account is written for a new key. */
  readonly accountsFile?: AccountsFile | undefined;
  /** Default: rotations of keys are not remembered across a crash. */
  readonly rotations?: RotationNotes | undefined;
  /** Default: no program is run for a token. */
  readonly programs?: Programs | undefined;
  /** As it was when the broker started; default: empty. */
  readonly environment?: Readonly<Record<string, string | undefined>> | undefined;
}

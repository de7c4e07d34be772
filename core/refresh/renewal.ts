import type { Account } from '../accounts/account.ts';
import type { ServerDirectory } from '../accounts/server-directory.ts';
import type { TokenRecord } from '../accounts/token-record.ts';
import type { Renewal } from '../accounts/token-records.ts';
import type { Barriers, Clock, Programs } from '../ports.ts';
import type { AttemptNotes } from './attempt-notes.ts';
import type { WakeDetector } from './wake-detector.ts';

/** What a token is asked for beyond the account's own (RFC 8707, RFC 6749 §3.3). */
export interface TokenTarget {
  readonly audience: string | undefined;
  readonly scope: string | undefined;
}

export interface RenewalRequest {
  readonly account: Account;
  /** The one in force; undefined where a first token is asked for. */
  readonly record: TokenRecord | undefined;
  /** Undefined: the account's own. */
  readonly target?: TokenTarget | undefined;
  /** Makes what a refresh token was spent for durable, where its ID token cannot be judged at once. */
  readonly received?: ((answer: Answer) => Promise<void>) | undefined;
}

/** A token, when it was asked for, and where. */
export type Answer = Renewal;

export interface RenewalParts {
  readonly servers: ServerDirectory;
  readonly clock: Clock;
  readonly wakes: WakeDetector;
  readonly attempts: AttemptNotes;
  readonly barriers: Barriers;
  readonly programs: Programs;
}

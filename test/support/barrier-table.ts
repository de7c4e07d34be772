import type { BarrierName } from '../../core/ports.ts';

/**
 * What is left of a refresh when the broker dies at a barrier.
 * `unspent`: the request was not sent. `lost`: the server has rotated and the answer is gone.
 * `kept`: the store has the new record.
 */
export type Fate = 'unspent' | 'lost' | 'kept';

export type StoreCase = 'keychain' | 'journal' | 'encrypted-file';

/** The grants whose refresh token is spent by a refresh. */
export const rotatedGrants = ['authorization_code', 'pasted_code'] as const;
export type RotatedGrant = (typeof rotatedGrants)[number];

type Passage = readonly (readonly [BarrierName, Fate])[];

const untilWrite: Passage = [
  ['refresh_requested', 'unspent'],
  ['reply_received', 'lost'],
  ['record_built', 'lost'],
  ['store_write_started', 'lost'],
];

const afterWrite: Passage = [
  ['store_confirmed', 'kept'],
  ['record_visible', 'kept'],
  ['before_answer', 'kept'],
];

/** Every barrier a refresh passes, in order, by the store that takes the record. */
export const barrierTable: Readonly<Record<StoreCase, Passage>> = {
  keychain: [...untilWrite, ['store_written', 'kept'], ...afterWrite],
  // The keychain was locked after the broker had read from it.
  journal: [...untilWrite, ['journal_temp_written', 'lost'], ['journal_renamed', 'kept'], ...afterWrite],
  'encrypted-file': [...untilWrite, ['sealed_temp_written', 'lost'], ['sealed_renamed', 'kept'], ...afterWrite],
};

/**
 * Every barrier that the rotation of an account's own key passes, in order, where the encrypted file has it. Wherever the
 * broker dies, the next rotation leaves one key, and the account has it.
 */
export const rotationPassage: readonly BarrierName[] = [
  'rotation_noted',
  'new_key_made',
  'new_key_noted',
  'record_built',
  'store_write_started',
  'sealed_temp_written',
  'sealed_renamed',
  'store_confirmed',
  'record_visible',
  'new_key_kept',
  'old_key_revoked',
];

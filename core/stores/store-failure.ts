import { assertNever, type FailureDetails, KeytrayError } from '../errors.ts';
import type { SecretStore, StoreTrouble } from './secret-store.ts';

/** The failure a caller meets when the store would not read or write. */
export function storeFailure(trouble: StoreTrouble, account?: string): KeytrayError {
  const locked = trouble.kind === 'locked' || trouble.kind === 'stuck' || trouble.kind === 'denied';
  return new KeytrayError(locked ? 'keychain_locked' : 'keychain_absent', storeWords(trouble), {
    ...cureOf(trouble),
    ...(account !== undefined && { account }),
  });
}

/** Empty where the code says what to do. */
function cureOf({ kind, store }: StoreTrouble): Pick<FailureDetails, 'fix' | 'advice'> {
  const file = store === 'encrypted-file';
  switch (kind) {
    case 'locked':
      return { fix: file ? 'unlock_encrypted_file' : 'unlock_keychain' };
    case 'stuck':
      return file ? { advice: 'Try again in a moment.' } : { fix: 'answer_prompt' };
    case 'denied':
      return file
        ? { advice: 'Put that right, then try again.' }
        : { advice: 'Allow Keytray to use the keychain, then try again.' };
    case 'absent':
      return file ? { advice: 'Start Keytray again.' } : {};
    case 'corrupt':
      return { advice: 'Restore it from a backup, or delete it and sign in again.' };
  }
}

/** A record this version cannot read may be of a newer one, and hold the only refresh token that works. */
export function newerRecord(backend: SecretStore['backend'], account: string): StoreTrouble {
  const detail = `the record of ${account} was written by another version of Keytray; use that version, or delete the record`;
  return { kind: 'corrupt', detail, ...(backend === 'encrypted-file' ? { store: backend } : {}) };
}

/** What is wrong with a store: one line without a full stop. */
export function storeWords(trouble: StoreTrouble): string {
  const words = trouble.store === 'encrypted-file' ? encryptedFileWords(trouble) : keychainWords(trouble);
  return trouble.left === true ? `the sign-in is still in another store: ${words}` : words;
}

function keychainWords(trouble: StoreTrouble): string {
  switch (trouble.kind) {
    case 'locked':
      return `the keychain is locked${trouble.detail === undefined ? '' : ` (${trouble.detail})`}`;
    case 'stuck':
      return 'the keychain did not answer';
    case 'denied':
      return `the keychain refused access: ${trouble.detail}`;
    case 'absent':
      return `there is no keychain: ${trouble.detail}`;
    case 'corrupt':
      return `the keychain holds unreadable data: ${trouble.detail}`;
    default:
      return assertNever(trouble);
  }
}

function encryptedFileWords(trouble: StoreTrouble): string {
  switch (trouble.kind) {
    case 'locked':
      return `the encrypted file is locked${trouble.detail === undefined ? '' : ` (${trouble.detail})`}`;
    case 'stuck':
      return 'the encrypted file did not answer';
    case 'denied':
      return `the encrypted file cannot be used: ${trouble.detail}`;
    case 'absent':
      return trouble.detail;
    case 'corrupt':
      return `the encrypted file is damaged beyond use: ${trouble.detail}`;
    default:
      return assertNever(trouble);
  }
}

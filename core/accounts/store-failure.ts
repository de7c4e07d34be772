import { assertNever, KeytrayError } from '../errors.ts';
import type { SecretStore, StoreTrouble } from '../keychain/secret-store.ts';

/** The failure a caller meets when the store would not read or write. */
export function storeFailure(trouble: StoreTrouble, account?: string): KeytrayError {
  const locked = trouble.kind === 'locked' || trouble.kind === 'stuck' || trouble.kind === 'denied';
  const details = account === undefined ? {} : { account };
  return new KeytrayError(locked ? 'keychain_locked' : 'keychain_absent', storeWords(trouble), details);
}

/** A record this version cannot read may be of a newer one, and hold the only refresh token that works. */
export function newerRecord(backend: SecretStore['backend'], account: string): StoreTrouble {
  const detail = `the record of ${account} was written by another version of Keytray; use that version, or delete the record`;
  return { kind: 'corrupt', detail, ...(backend === 'encrypted-file' ? { store: backend } : {}) };
}

/** What is wrong with a store, and what helps: one line without a full stop. */
export function storeWords(trouble: StoreTrouble): string {
  const words = trouble.store === 'encrypted-file' ? encryptedFileWords(trouble) : keychainWords(trouble);
  return trouble.left === true ? `the sign-in is still in another store: ${words}` : words;
}

function keychainWords(trouble: StoreTrouble): string {
  switch (trouble.kind) {
    case 'locked':
      return `the keychain is locked; unlock it and try again${trouble.detail === undefined ? '' : ` (${trouble.detail})`}`;
    case 'stuck':
      return 'the keychain did not answer; a prompt may be open';
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
      return `the encrypted file is locked${trouble.detail === undefined ? '' : ` (${trouble.detail})`}: keytray unlock`;
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

import { assertNever, KeytrayError } from '../errors.ts';
import type { StoreTrouble } from '../keychain/secret-store.ts';

/** The failure a caller meets when the store would not read or write. */
export function storeFailure(trouble: StoreTrouble, account: string): KeytrayError {
  switch (trouble.kind) {
    case 'locked':
      return new KeytrayError('keychain_locked', 'the keychain is locked; unlock it and try again', { account });
    case 'stuck':
      return new KeytrayError('keychain_locked', 'the keychain did not answer; a prompt may be open', { account });
    case 'denied':
      return new KeytrayError('keychain_locked', `the keychain refused access: ${trouble.detail}`, { account });
    case 'absent':
      return new KeytrayError('keychain_absent', `there is no keychain: ${trouble.detail}`, { account });
    case 'corrupt':
      return new KeytrayError('keychain_absent', `the keychain holds unreadable data: ${trouble.detail}`, { account });
    default:
      return assertNever(trouble);
  }
}

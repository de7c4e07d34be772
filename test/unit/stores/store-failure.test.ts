import { describe, expect, it } from 'vitest';
import type { StoreTrouble } from '../../../core/stores/secret-store.ts';
import { storeFailure, storeWords } from '../../../core/stores/store-failure.ts';

const file = { store: 'encrypted-file' } as const;

const table: readonly (readonly [StoreTrouble, string, string])[] = [
  [{ kind: 'locked' }, 'keychain_locked', 'the keychain is locked'],
  [{ kind: 'locked', detail: 'why' }, 'keychain_locked', 'the keychain is locked (why)'],
  [{ kind: 'stuck' }, 'keychain_locked', 'the keychain did not answer'],
  [{ kind: 'denied', detail: 'why' }, 'keychain_locked', 'the keychain refused access: why'],
  [{ kind: 'absent', detail: 'why' }, 'keychain_absent', 'there is no keychain: why'],
  [{ kind: 'corrupt', detail: 'why' }, 'keychain_absent', 'the keychain holds unreadable data: why'],
  [{ kind: 'locked', ...file }, 'keychain_locked', 'the encrypted file is locked'],
  [{ kind: 'locked', detail: 'why', ...file }, 'keychain_locked', 'the encrypted file is locked (why)'],
  [{ kind: 'stuck', ...file }, 'keychain_locked', 'the encrypted file did not answer'],
  [{ kind: 'denied', detail: 'why', ...file }, 'keychain_locked', 'the encrypted file cannot be used: why'],
  [{ kind: 'absent', detail: 'why', ...file }, 'keychain_absent', 'why'],
  [{ kind: 'corrupt', detail: 'why', ...file }, 'keychain_absent', 'the encrypted file is damaged beyond use: why'],
];

describe('a store that does not answer', () => {
  it.each(table)('%j', (trouble, code, words) => {
    expect(storeFailure(trouble, 'lab')).toMatchObject({ code, message: words, account: 'lab' });
    expect(storeWords({ ...trouble, left: true })).toBe(`the sign-in is still in another store: ${words}`);
  });

  it('names no account where there is none', () => {
    expect(storeFailure({ kind: 'locked' }).account).toBeUndefined();
  });
});

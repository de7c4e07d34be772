import type { Settings, StoreKind } from '../../ipc/views.ts';

export const storeOptions = [
  { value: 'keychain', text: 'Keychain of this system' },
  { value: 'encrypted-file', text: 'Encrypted file' },
  { value: 'memory', text: 'Memory only' },
] as const satisfies readonly { readonly value: StoreKind; readonly text: string }[];

export function keychainWords({ state }: Settings['keychain']): string {
  switch (state) {
    case 'unlocked':
      return 'The keychain of this system is unlocked.';
    case 'locked':
      return 'The keychain of this system is locked: unlock it to keep working.';
    case 'absent':
      return 'This system has no keychain that answers. Keep tokens in the encrypted file instead.';
    case 'denied':
      return 'The keychain of this system refuses access.';
    case 'stuck':
      return 'The keychain of this system does not answer; a prompt of it may be open.';
    default:
      return 'The keychain of this system has not been needed yet.';
  }
}

const choices = [15, 60, 240, 1_440];

/** What is set now is always among them. */
export function reminderChoices(now: number): readonly number[] {
  return [...new Set([...choices, now])].sort((a, b) => a - b);
}

export function reminderText(minutes: number): string {
  if (minutes === 1_440) return 'Every day';
  if (minutes % 60 === 0) return minutes === 60 ? 'Every hour' : `Every ${minutes / 60} hours`;
  return `Every ${minutes} minutes`;
}

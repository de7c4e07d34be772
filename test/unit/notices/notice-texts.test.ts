import { describe, expect, it } from 'vitest';
import { keychainLockedNotice } from '../../../core/notices/notice-texts.ts';

describe('notice of a locked keychain', () => {
  it('says in local time until when things work', () => {
    const noticed = keychainLockedNotice(new Date(2026, 10, 23, 15, 20, 59).getTime());
    expect(noticed).toEqual({
      id: 'keychain-locked',
      title: 'Keychain is locked',
      body: 'Unlock it to keep working after 15:20.',
      actions: [],
    });
    expect(keychainLockedNotice(new Date(2026, 10, 23, 9, 5).getTime()).body).toContain('after 09:05.');
  });

  it('promises nothing where no token is left', () => {
    expect(keychainLockedNotice(undefined).body).toBe('Unlock it to keep working.');
  });
});

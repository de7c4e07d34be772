import { describe, expect, it } from 'vitest';
import type { ApiKeyListView, ApiKeyView } from '../../../ipc/views.ts';
import {
  ageWords,
  daysOf,
  lastUsedWords,
  leftWords,
  rotatedWords,
  usedByWords,
} from '../../../renderer/api-keys/words.ts';

const now = Date.UTC(2026, 10, 23, 12);
const inDays = (days: number): string => new Date(now + days * 86_400_000).toISOString();
const can: ApiKeyListView['can'] = { expiry: true, last_use: true, fingerprint: true, revoke_by_secret: true };
const key = (changes: Partial<ApiKeyView> = {}): ApiKeyView => ({
  id: 'key-1',
  name: 'ci',
  status: 'active',
  created_at: inDays(-30),
  expires_at: inDays(60),
  last_used_at: inDays(-3),
  ...changes,
});

describe('a key in the list', () => {
  it('says how old it is, what is left of it and when it was used', () => {
    expect([ageWords(key(), now), leftWords(key(), now), lastUsedWords(key(), can, now)]).toEqual([
      '30 d',
      '60 d',
      '3 d ago',
    ]);
  });

  it('that has ended, has no end or was never used says so', () => {
    expect(leftWords(key({ expires_at: inDays(-1) }), now)).toBe('ended');
    expect(leftWords(key({ expires_at: null }), now)).toBe('no end');
    expect(lastUsedWords(key({ last_used_at: null }), can, now)).toBe('never');
  });

  it('of a service that does not tell is never called unused', () => {
    expect(lastUsedWords(key({ last_used_at: null }), { ...can, last_use: false }, now)).toBe('not known');
    expect(ageWords(key({ created_at: null }), now)).toBe('not known');
  });

  it('names the accounts that have it', () => {
    expect(usedByWords(key({ accounts: ['quilt@ci', 'quilt@job'] }), can)).toBe('quilt@ci, quilt@job');
    expect(usedByWords(key(), can)).toBe('no account here');
    expect(usedByWords(key(), { ...can, fingerprint: false })).toBe('not known');
  });

  it('that was rotated says what became of the old one', () => {
    const rotated = { key: key({ name: 'ci-2' }), accounts: ['quilt@ci'] };
    expect(rotatedWords({ ...rotated, old: { id: 'key-1', revoked: true } })).toContain('The old key was revoked.');
    expect(rotatedWords({ ...rotated, old: { id: 'key-1', revoked: false } })).toContain('The old key still works.');
  });
});

describe('the days of a new key', () => {
  it.each(['', '0', '366', '-1', '1.5', 'many', '9e1'])('are not %j', (text) => {
    expect(daysOf(text)).toBeUndefined();
  });

  it.each(['1', ' 90 ', '365'])('are %j', (text) => {
    expect(daysOf(text)).toBe(Number(text));
  });
});

import { describe, expect, it } from 'vitest';
import { Secret } from '../../../../core/secret.ts';
import { newJournalKey, parseSentinel, serializeSentinel } from '../../../../core/stores/keychain/sentinel.ts';

describe('sentinel', () => {
  it('carries the journal key', () => {
    const key = newJournalKey();
    expect(Buffer.from(key.reveal(), 'base64')).toHaveLength(32);
    expect(parseSentinel(serializeSentinel(key))?.equals(key)).toBe(true);
  });

  it.each([
    ['not JSON'],
    ['{}'],
    ['{"version":2,"journal_key":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="}'],
    ['{"version":1,"journal_key":"c2hvcnQ="}'],
  ])('is not %s', (text) => {
    expect(parseSentinel(new Secret(text))).toBeUndefined();
  });
});

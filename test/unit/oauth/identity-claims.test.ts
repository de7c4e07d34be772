import { describe, expect, it } from 'vitest';
import { identityOf } from '../../../core/oauth/identity.ts';
import { OAuthFailure } from '../../../core/oauth/oauth-failure.ts';
import { shownIdentity } from '../../../core/oauth/token-reply.ts';

const claims = { iss: 'https://as', sub: '1' };

describe('who an ID token names', () => {
  it.each([
    ['the subject alone', {}, undefined, undefined],
    ['a name', { name: 'Ada L' }, undefined, 'Ada L'],
    ['an address, which is a better name', { name: 'Ada L', email: 'a@x' }, 'a@x', 'a@x'],
    [
      'the name people chose, which is the best',
      { preferred_username: 'ada', name: 'Ada L', email: 'a@x' },
      'a@x',
      'ada',
    ],
    ['an address that is verified', { email: 'a@x', email_verified: true }, 'a@x', 'a@x'],
    ['an address that is not verified', { email: 'a@x', email_verified: false, name: 'Ada L' }, undefined, 'Ada L'],
    ['the same, told by a word', { email: 'a@x', email_verified: 'false' }, undefined, undefined],
    ['claims of another type', { email: 7, name: null, preferred_username: {} }, undefined, undefined],
    ['empty claims', { email: '', name: ' \n', preferred_username: '\u0007' }, undefined, undefined],
    ['claims a terminal would obey', { name: 'a\u001b[1mb' }, undefined, 'a [1mb'],
  ])('%s', (_what, more, email, name) => {
    expect(identityOf({ ...claims, ...more })).toMatchObject({ issuer: 'https://as', subject: '1', email, name });
  });

  it.each([undefined, null, false, 0, 1, '', 'no', 'False', 'true', 'TRUE', [], [true], {}])(
    'vouches for no address with email_verified %j',
    (email_verified) => {
      expect(identityOf({ ...claims, email: 'a@x', email_verified } as never).emailVerified).toBeUndefined();
    },
  );

  it('vouches for an address with the value true, and with the text where the service sends that', () => {
    const rules = { verifiedAsText: true, needed: false };
    const verified = (email_verified: unknown, ...given: [] | [typeof rules]) =>
      identityOf({ ...claims, email: 'a@x', email_verified } as never, ...given).emailVerified;
    expect([verified(true), verified(true, rules), verified('true', rules)]).toEqual([true, true, true]);
    expect([verified('false', rules), verified('yes', rules), verified(1, rules)]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });

  it('as the server wrote them, to compare, and cleaned, to show', () => {
    const identity = identityOf({
      ...claims,
      sub: 'ada\u200b',
      email: 'ada@x\u202e',
      name: 'Ada\u{e0041}',
    } as typeof claims);
    expect(identity).toEqual({ issuer: 'https://as', subject: 'ada\u200b', email: 'ada@x\u202e', name: 'ada@x' });
    expect(shownIdentity(identity)).toEqual({ issuer: 'https://as', subject: 'ada', email: 'ada@x', name: 'ada@x' });
  });

  it.each(['', '\u0007', 'x'.repeat(3_000)])('nobody, where the subject is empty, unseen or endless', (sub) => {
    expect(() => identityOf({ ...claims, sub })).toThrow(OAuthFailure);
  });

  it('nobody, where the subject is empty', () => {
    expect(() => identityOf({ ...claims, sub: '' })).toThrow();
  });
});

import { describe, expect, it } from 'vitest';
import type { Identity } from '../../../core/oauth/token-reply.ts';
import { judgeIdentity } from '../../../core/sign-in/identity-check.ts';

const ada: Identity = { issuer: 'https://as', subject: '1', email: 'ada@lab.example', name: 'ada' };
const bob: Identity = { issuer: 'https://as', subject: '2', email: 'bob@lab.example', name: undefined };
const eve: Identity = { issuer: 'https://as', subject: '3', email: undefined, name: undefined };
const nobody = { issuer: undefined, subject: undefined, email: undefined };

describe('who was expected and who came', () => {
  it.each([
    ['by name, or address', { previous: ada, found: bob }, { expected: 'ada', found: 'bob@lab.example' }],
    [
      'by subject where there is nothing else',
      { previous: bob, found: eve },
      { expected: 'bob@lab.example', found: '3' },
    ],
    [
      'by the address that is configured',
      { expect: { issuer: 'https://as', subject: '9', email: 'x@lab.example' }, found: ada },
      { expected: 'x@lab.example', found: 'ada' },
    ],
    [
      'by the subject',
      { expect: { ...nobody, issuer: 'https://as', subject: '9' }, found: ada },
      { expected: '9', found: 'ada' },
    ],
    [
      'by the issuer',
      { expect: { ...nobody, issuer: 'https://other' }, found: ada },
      { expected: 'https://other', found: 'ada' },
    ],
  ])('are told %s', (_how, seen, words) => {
    const verdict = judgeIdentity({ expect: undefined, previous: undefined, acceptOther: false, ...seen });
    expect(verdict).toEqual({ kind: 'mismatch', ...words });
  });

  it('is told too where the server names nobody', () => {
    const seen = { previous: ada, found: undefined, acceptOther: false };
    expect(judgeIdentity({ ...seen, expect: { ...nobody, subject: '9' } })).toEqual({ kind: 'unknown', expected: '9' });
    expect(judgeIdentity({ ...seen, expect: nobody })).toEqual({ kind: 'unknown', expected: 'somebody else' });
  });
});

describe('an account with an expectation', () => {
  it.each([
    ['the issuer that is expected', { ...nobody, issuer: 'https://as' }, ada, 'accepted'],
    ['another issuer', { ...nobody, issuer: 'https://other' }, ada, 'mismatch'],
    [
      'the right address at another issuer',
      { ...nobody, issuer: 'https://other', email: 'ada@lab.example' },
      ada,
      'mismatch',
    ],
    ['the right address of another subject', { ...nobody, subject: '9', email: 'ada@lab.example' }, ada, 'mismatch'],
    ['another address of the right subject', { ...nobody, subject: '1', email: 'x@lab.example' }, ada, 'mismatch'],
    ['anybody, with nothing expected in particular', nobody, eve, 'accepted'],
  ])('sees %s', (_who, expected, found, kind) => {
    expect(judgeIdentity({ expect: expected, previous: undefined, found, acceptOther: false })).toMatchObject({ kind });
  });

  it('takes somebody else, and somebody unnamed, for a person who asks for that', () => {
    const seen = { expect: { ...nobody, subject: '9' }, previous: ada, acceptOther: true };
    expect(judgeIdentity({ ...seen, found: bob })).toEqual({ kind: 'accepted' });
    expect(judgeIdentity({ ...seen, found: undefined })).toEqual({ kind: 'accepted' });
  });
});

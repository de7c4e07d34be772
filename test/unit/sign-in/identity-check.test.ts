import { describe, expect, it } from 'vitest';
import type { Identity } from '../../../core/oauth/token-reply.ts';
import { judgeIdentity } from '../../../core/sign-in/identity-check.ts';

const ada: Identity = {
  issuer: 'https://as',
  subject: '1',
  email: 'Ada@lab.example',
  emailVerified: true,
  name: 'ada',
};
const bob: Identity = {
  issuer: 'https://as',
  subject: '2',
  email: 'bob@lab.example',
  emailVerified: true,
  name: 'bob',
};
const expectMail = { issuer: undefined, subject: undefined, email: 'ada@lab.example' };

describe('who may fill an account', () => {
  it.each([
    ['anybody the first time', undefined, undefined, ada, false, 'accepted'],
    ['the same person again', undefined, ada, ada, false, 'accepted'],
    ['nobody else', undefined, ada, bob, false, 'mismatch'],
    [
      'the same subject of another issuer is somebody else',
      undefined,
      ada,
      { ...ada, issuer: 'https://evil' },
      false,
      'mismatch',
    ],
    ['somebody else, when asked for', undefined, ada, bob, true, 'accepted'],
    ['the expected address, whatever its case', expectMail, undefined, ada, false, 'accepted'],
    ['not another address', expectMail, undefined, bob, false, 'mismatch'],
    ['not an address that is missing', expectMail, undefined, { ...ada, email: undefined }, false, 'mismatch'],
    ['not somebody the server does not name', expectMail, undefined, undefined, false, 'unknown'],
    ['an expectation outweighs the previous person', expectMail, bob, ada, false, 'accepted'],
    ['the expected subject', { ...expectMail, email: undefined, subject: '2' }, undefined, bob, false, 'accepted'],
    ['not another subject', { ...expectMail, email: undefined, subject: '2' }, undefined, ada, false, 'mismatch'],
    [
      'not the expected address unless the server vouches for it',
      expectMail,
      undefined,
      { ...ada, emailVerified: undefined },
      false,
      'unverified',
    ],
    [
      'another address, whether or not the server vouches for it',
      expectMail,
      undefined,
      { ...bob, emailVerified: undefined },
      false,
      'mismatch',
    ],
    ['not a person the server no longer names', undefined, ada, undefined, false, 'mismatch'],
    ['a person the server no longer names, when asked for', undefined, ada, undefined, true, 'accepted'],
    ['an unnamed person where nobody is expected', undefined, undefined, undefined, false, 'accepted'],
  ] as const)('%s', (_case, expected, previous, found, acceptOther, kind) => {
    expect(judgeIdentity({ expect: expected, previous, found, acceptOther }).kind).toBe(kind);
  });

  it('is not another person whose subject looks the same', () => {
    const [previous, found] = ['ada', 'ada\u200b'].map((subject) => ({ ...ada, subject }));
    expect(judgeIdentity({ expect: undefined, previous, found, acceptOther: false }).kind).toBe('mismatch');
  });

  it('is not another person whose address looks the same', () => {
    const found = { ...ada, email: 'ada@lab.example\u202e' };
    expect(judgeIdentity({ expect: expectMail, previous: undefined, found, acceptOther: false }).kind).toBe('mismatch');
  });

  it('is named without what nobody sees', () => {
    const found = { issuer: 'https://as', subject: '\u009b2Jeve\u{e0041}', email: undefined, name: undefined };
    expect(judgeIdentity({ expect: undefined, previous: bob, found, acceptOther: false })).toEqual({
      kind: 'mismatch',
      expected: 'bob',
      found: '2Jeve',
    });
  });
});

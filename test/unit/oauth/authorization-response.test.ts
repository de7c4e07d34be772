import { describe, expect, it } from 'vitest';
import { type ExpectedRedirect, judgeRedirect } from '../../../core/oauth/authorization-response.ts';
import { Secret } from '../../../core/secret.ts';

const expected: ExpectedRedirect = {
  redirectUri: 'http://127.0.0.1:4711/callback',
  state: new Secret('the-state'),
  issuer: 'https://login.lab.example',
  issuerRequired: true,
};
const iss = 'iss=https%3A%2F%2Flogin.lab.example';
const judge = (text: string, overrides: Partial<ExpectedRedirect> = {}) =>
  judgeRedirect(new URL(text, 'http://127.0.0.1:4711'), { ...expected, ...overrides });

describe('judgeRedirect', () => {
  it('accepts the answer', () => {
    const url = `http://127.0.0.1:4711/callback?code=c&state=the-state&${iss}`;
    expect(judge(url)).toEqual({ kind: 'answer', url: new URL(url) });
  });

  it.each([
    ['another path', `/callbacks?code=c&state=the-state&${iss}`, 'another address'],
    ['a path below', `/callback/?code=c&state=the-state&${iss}`, 'another address'],
    ['another case', `/Callback?code=c&state=the-state&${iss}`, 'another address'],
    ['another port', `http://127.0.0.1:4712/callback?code=c&state=the-state&${iss}`, 'another address'],
    ['another host', `http://localhost:4711/callback?code=c&state=the-state&${iss}`, 'another address'],
    ['no state', `/callback?code=c&${iss}`, 'no state'],
    ['an empty state', `/callback?code=c&state=&${iss}`, 'another state'],
    ['another state', `/callback?code=c&state=other-one&${iss}`, 'another state'],
    ['two states', `/callback?code=c&state=the-state&state=the-state&${iss}`, 'a parameter given twice'],
    ['two codes', `/callback?code=c&code=d&state=the-state&${iss}`, 'a parameter given twice'],
    ['no iss', '/callback?code=c&state=the-state', 'no iss'],
    ['another iss', '/callback?code=c&state=the-state&iss=https%3A%2F%2Fevil.example', 'another iss'],
    ['iss with a slash', `/callback?code=c&state=the-state&${iss}%2F`, 'another iss'],
    ['no code', `/callback?state=the-state&${iss}`, 'no code'],
    ['an empty code', `/callback?code=&state=the-state&${iss}`, 'no code'],
    ['an error without state', `/callback?error=access_denied&${iss}`, 'no state'],
    ['an error without iss', '/callback?error=access_denied&state=the-state', 'no iss'],
  ])('leaves %s alone', (_what, url, why) => {
    expect(judge(url)).toEqual({ kind: 'stray', why });
  });

  it('takes a denial, and nothing a terminal would obey', () => {
    const description = encodeURIComponent('no\u001b[31m way\r\n\u202ethanks');
    expect(judge(`/callback?error=access_denied&error_description=${description}&state=the-state&${iss}`)).toEqual({
      kind: 'denied',
      error: 'access_denied',
      description: 'no [31m way thanks',
    });
  });

  it('does not repeat an error code that is none', () => {
    expect(judge(`/callback?error=%22%0a&state=the-state&${iss}`)).toMatchObject({ error: 'unknown_error' });
  });

  it('lets an error win over a code', () => {
    expect(judge(`/callback?error=access_denied&code=c&state=the-state&${iss}`)).toMatchObject({ kind: 'denied' });
  });

  it('does without iss where the server promises none, but never accepts another one', () => {
    const optional = { issuerRequired: false };
    expect(judge('/callback?code=c&state=the-state', optional)).toMatchObject({ kind: 'answer' });
    expect(judge('/callback?code=c&state=the-state&iss=x', optional)).toEqual({ kind: 'stray', why: 'another iss' });
  });

  it('has nothing to compare iss with where there is no issuer', () => {
    const none = { issuer: undefined, issuerRequired: false };
    expect(judge('/callback?code=c&state=the-state&iss=x', none)).toMatchObject({ kind: 'answer' });
  });

  it('takes the root where the redirect URI has no path', () => {
    const bare = { redirectUri: 'http://127.0.0.1:4711' };
    expect(judge(`/?code=c&state=the-state&${iss}`, bare)).toMatchObject({ kind: 'answer' });
    expect(judge(`/callback?code=c&state=the-state&${iss}`, bare)).toMatchObject({ kind: 'stray' });
  });
});

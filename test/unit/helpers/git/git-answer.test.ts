import { describe, expect, it } from 'vitest';
import { chooseForm, expiryFor } from '../../../../core/helpers/git/git-answer.ts';
import { parseGitCredential } from '../../../../core/helpers/git/git-credential.ts';

function form(text: string, tokenType = 'Bearer'): string {
  const request = parseGitCredential(Buffer.from(text));
  if (request.kind === 'malformed') throw new Error(request.reason);
  const chosen = chooseForm(request.credential, tokenType);
  if (chosen.kind === 'password') return chosen.announce ? 'password, announced' : 'password';
  return chosen.retry ? 'Bearer, retry' : 'Bearer';
}

const authtype = 'capability[]=authtype\n';
const both = 'capability[]=authtype\ncapability[]=state\n';
const basic = 'wwwauth[]=Basic realm="x"\n';
const bearer = 'wwwauth[]=Bearer realm="x"\n';
const tried = 'state[]=keytray:bearer\n';

describe('the form of an answer', () => {
  it.each([
    ['git before 2.41', '', 'password'],
    ['git 2.41 to 2.45, Basic', basic, 'password'],
    ['git 2.41 to 2.45, Bearer', bearer, 'password'],
    ['a capability we do not know', `capability[]=novelty\n${bearer}`, 'password'],
    ['state without authtype', `capability[]=state\n${bearer}`, 'password'],
    ['Basic only', both + basic, 'password, announced'],
    ['Bearer only', both + bearer, 'Bearer'],
    ['Negotiate only', `${both}wwwauth[]=Negotiate\n`, 'password, announced'],
    ['both', both + basic + bearer, 'password, announced'],
    ['no offer', both, 'Bearer, retry'],
    ['no offer, without state', authtype, 'Bearer'],
    ['no offer, Bearer was refused, Basic is offered', both + basic + tried, 'password, announced'],
    ['no offer, Bearer was refused, still no offer', both + tried, 'password, announced'],
    ['Bearer was refused and is all there is', both + bearer + tried, 'Bearer'],
    ["another helper's state", `${both}state[]=other:bearer\n`, 'Bearer, retry'],
  ])('%s', (_, text, expected) => {
    expect(form(text)).toBe(expected);
  });

  it('is Bearer only for bearer tokens', () => {
    expect(form(both + bearer, 'DPoP')).toBe('password, announced');
    expect(form(both + bearer, 'bearer')).toBe('Bearer');
  });
});

describe('the expiry git is told', () => {
  const now = 1_700_000_000_000;
  const seconds = now / 1000;

  it.each([
    ['a minute early', now + 3_600_000, seconds + 3540],
    ['rounded down', now + 3_600_999, seconds + 3540],
    ['the true end in the last minute', now + 60_000, seconds + 60],
    ['the true end in the last seconds', now + 2_000, seconds + 2],
    ['none at the end', now, undefined],
    ['none for what looks expired by our clock', now - 5_000, undefined],
    ['none where the server gives none', undefined, undefined],
  ])('%s', (_, expiresAt, expected) => {
    expect(expiryFor(expiresAt, now)).toBe(expected);
  });
});

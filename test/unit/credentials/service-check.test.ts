import { describe, expect, it } from 'vitest';
import { judgeReply, type Verdict, whoIn } from '../../../core/credentials/service-check.ts';
import { Secret } from '../../../core/secret.ts';
import type { HttpCheck } from '../../../core/services/check.ts';
import { errorWords } from '../../../core/services/error-words.ts';
import { services } from '../../../core/services/registry.ts';

const check: HttpCheck = { kind: 'http', method: 'GET', path: '/me', who: ['login', 'owner.name', 'id'] };
const sent = [new Secret('short-key')];
const judged = { check, account: 'lab', title: 'Lab', sent };
const told = (verdict: Verdict) =>
  verdict.kind === 'accepted' ? `as ${verdict.who}` : `${verdict.kind}: ${verdict.failure.code}`;
const judge = (status: number, body: unknown, of: HttpCheck = check) =>
  judgeReply({ ...judged, check: of }, { status, body: typeof body === 'string' ? body : JSON.stringify(body) });

function quiltCheck(): HttpCheck {
  const quilt = services.get('quilt')?.check;
  if (quilt === undefined || !('kind' in quilt) || quilt.kind !== 'http') throw new Error('Quilt has no check');
  return quilt;
}

describe('an answer to a check', () => {
  it.each<[number, unknown, string]>([
    [200, { login: 'ada' }, 'as ada'],
    [200, { owner: { name: 'Ada' } }, 'as Ada'],
    [200, { id: 7 }, 'as 7'],
    [200, {}, 'as undefined'],
    [200, '<html>sign in to this network</html>', 'failed: temporarily_unavailable'],
    [302, '', 'failed: temporarily_unavailable'],
    [400, { message: 'no' }, 'failed: misconfigured'],
    [401, { message: 'bad key' }, 'refused: access_denied'],
    [401, '<html>', 'refused: access_denied'],
    [403, { message: 'not allowed' }, 'failed: access_denied'],
    [404, '', 'failed: misconfigured'],
    [500, '', 'failed: temporarily_unavailable'],
  ])('%i %j is told as "%s"', (status, body, expected) => {
    expect(told(judge(status, body))).toBe(expected);
  });

  it('refuses for certain only in words of the service itself', () => {
    expect(judge(401, { message: 'bad key' })).toMatchObject({ certain: true });
    expect(judge(401, 'Unauthorized')).toMatchObject({ certain: false });
    expect(judge(401, {})).toMatchObject({ certain: false });
  });

  it('never shows what looks like a token, and nothing unprintable', () => {
    const key = 'abcdef0123456789abcdef0123456789';
    const verdict = judge(401, { message: `key ${key} is\u001b[31m gone\u202e` });
    const message = verdict.kind === 'accepted' ? '' : verdict.failure.message;
    expect(message).toBe('Lab does not accept the credential: key [secret] is [31m gone');
  });

  it('never shows what was sent, however short, and wherever the service repeats it', () => {
    const verdict = judge(401, { message: 'unknown key short-key' });
    expect(verdict.kind === 'accepted' ? '' : verdict.failure.message).not.toContain('short-key');
    expect(judge(200, { login: 'short-key' })).toEqual({ kind: 'accepted', who: '[secret]' });
  });

  it.each<[string, unknown, string]>([
    ['somebody', { data: { me: { name: 'kim', email: 'kim@example.com' } } }, 'as kim@example.com'],
    ['nobody', { data: { me: null } }, 'refused: access_denied'],
    ['nothing', {}, 'refused: access_denied'],
    ['an error', { data: null, errors: [{ message: 'Internal error' }] }, 'failed: temporarily_unavailable'],
    [
      'an error beside somebody',
      { data: { me: { email: 'kim@example.com' } }, errors: [{ message: 'Unauthorized' }] },
      'failed: access_denied',
    ],
  ])('of Quilt with status 200 that names %s is told as "%3$s"', (_what, body, expected) => {
    expect(told(judge(200, body, quiltCheck()))).toBe(expected);
  });

  it('of Quilt that names nobody does not retire a key', () => {
    expect(judge(200, { data: { me: null } }, quiltCheck())).toMatchObject({ certain: false });
    expect(judge(401, { message: 'Unauthorized' }, quiltCheck())).toMatchObject({ kind: 'refused', certain: true });
  });

  it('of Dataiku tells a bad key from a project it does not name', () => {
    const dataiku = services.get('dataiku')?.check;
    if (dataiku === undefined || !('kind' in dataiku) || dataiku.kind !== 'http')
      throw new Error('Dataiku has no check');
    const said = (type: string, message: string) =>
      judge(401, { errorType: `com.dataiku.dip.exceptions.${type}`, message }, dataiku);
    expect(told(said('NotAuthenticatedException', 'Unknown API Key'))).toBe('refused: access_denied');
    expect(told(said('UnauthorizedException', 'Failed to read project permissions'))).toBe('failed: access_denied');
  });
});

describe('who a reply names', () => {
  it.each<[unknown, string | undefined]>([
    [{ login: '' }, undefined],
    [{ login: null, owner: 'x' }, undefined],
    [[], undefined],
    ['text', undefined],
    [{ login: 'a\nb' }, 'a b'],
  ])('is in %j: %s', (json, who) => {
    expect(whoIn(json, check.who)).toBe(who);
  });
});

describe('the words of an error', () => {
  it.each<[string, string | undefined]>([
    ['{"message":"m","error":"e"}', 'm'],
    ['{"error":{"message":"deep"}}', 'deep'],
    ['{"errors":["first","second"]}', 'first'],
    ['{"errors":[{"message":"inside"}]}', 'inside'],
    ['{"error_description":"d","error":"e"}', 'd'],
    ['{}', undefined],
    ['[1]', undefined],
    ['<html>', undefined],
  ])('in %s are %s', (body, words) => {
    expect(errorWords(body)).toBe(words);
  });
});

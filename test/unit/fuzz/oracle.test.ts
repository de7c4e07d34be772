import { describe, expect, it } from 'vitest';
import { encodeFrame } from '../../../core/wire/frames.ts';
import { judge } from '../../fuzz/oracle.ts';

const token = (headers: readonly string[], body = '{}'): string =>
  `POST /v1/accounts/lab/token HTTP/1.1\r\n${headers.map((header) => `${header}\r\n`).join('')}Content-Length: ${body.length}\r\n\r\n${body}`;
const good = token(['Host: keytray']);
const upgrade = (path: string, ...headers: readonly string[]): string =>
  [
    `GET ${path} HTTP/1.1`,
    'Host: keytray',
    'Connection: Upgrade',
    'Upgrade: keytray-helper/1',
    ...headers,
    '\r\n',
  ].join('\r\n');
const frame = (type: string, content = ''): string => Buffer.from(encodeFrame(type, content)).toString('latin1');
const call = (stdin: string): string => frame('A', 'get') + frame('C', '/') + frame('I', stdin) + frame('Z');
const asked = 'protocol=https\nhost=git.lab.example\n\n';
const of = (text: string) => judge(Buffer.from(text, 'latin1'));

describe('a right to the token', () => {
  it.each([
    ['a token request', good],
    ['localhost in capitals', token(['HOST:LocalHost'])],
    [
      'chunks',
      'POST /v1/accounts/lab/token HTTP/1.1\r\nHost: keytray\r\nTransfer-Encoding: chunked\r\n\r\n2;x=y\r\n{}\r\n0\r\n\r\n',
    ],
    ['an encoded letter', good.replace('lab', '%6cab')],
    ['a second request', `GET /v1/status HTTP/1.1\r\nHost: keytray\r\n\r\n${good}`],
    ['a helper call', upgrade('/v1/helpers/git/get') + call(asked)],
    ['a helper call that breaks off later', `${upgrade('/v1/helpers/git/get')}${call(asked)}?`],
  ])('is seen: %s', (_name, text) => {
    expect(of(text).entitled).toBe('yes');
  });

  it.each([
    ['nothing', ''],
    ['an Origin', token(['Host: keytray', 'Origin: null'])],
    ['a Referer', token(['Host: keytray', 'REFERER:x'])],
    ['no Host', token([])],
    ['two Hosts', token(['Host: keytray', 'Host: keytray'])],
    ['another Host', token(['Host: evil'])],
    ['another account', good.replace('lab', 'other')],
    ['another method', good.replace('POST', 'GET')],
    ['half of it', good.slice(0, -1)],
    ['a broken request with an Origin', token(['Host: keytray', ' : ', 'Origin: x'])],
    ['dot segments', good.replace('/v1/', '/v1/%2E%2e/v1/')],
    ['a target with a host', good.replace('/v1/', 'http://keytray/v1/')],
    ['behind a refused request', token(['Host: evil']) + good],
    ['a helper call for another host', upgrade('/v1/helpers/git/get') + call(asked.replace('lab', 'evil'))],
    ['a helper call without TLS', upgrade('/v1/helpers/git/get') + call(asked.replace('https', 'http'))],
    ['a helper call that gets nothing', upgrade('/v1/helpers/git/store') + call(asked)],
    ['a helper call behind an Origin', upgrade('/v1/helpers/git/get', 'Origin: null') + call(asked)],
    ['a helper call that is a body', upgrade('/v1/helpers/git/get', 'Content-Length: 1') + call(asked)],
    ['a helper call with stdin first', upgrade('/v1/helpers/git/get') + frame('I', asked) + frame('C', '/')],
    ['a helper call without an end', upgrade('/v1/helpers/git/get') + frame('C', '/') + frame('I', asked.slice(0, -1))],
  ])('is not seen: %s', (_name, text) => {
    expect(of(text).entitled).toBe('no');
  });
});

describe('what is no request by the letter, and has nothing a guard objects to', () => {
  it.each([
    ['lines that end in LF', good.replaceAll('\r\n', '\n')],
    ['a length and chunks', token(['Host: keytray', 'Transfer-Encoding: chunked'])],
    ['behind a broken one', `GET / / HTTP/1.1\r\nHost: keytray\r\n\r\n${good}`],
  ])('is left open: %s', (_name, text) => {
    expect(of(text).entitled).toBe('unsure');
  });
});

describe('an answer', () => {
  it.each([
    ['a refusal', token(['Host: keytray', 'Origin: x']), { kind: 'refusal' }],
    ['a refusal of an upgrade', upgrade('/v1/helpers/git/get', 'Referer: x'), { kind: 'refusal' }],
    ['any', good, { kind: 'some' }],
    ['the end of a call', upgrade('/v1/helpers/git/get') + call(asked), { kind: 'end_of_call', broken: false }],
    ['the end of another', upgrade('/v1/helpers/docker/get') + call(asked), { kind: 'end_of_call', broken: false }],
    [
      'the end of a broken call',
      `${upgrade('/v1/helpers/git/get')}A\xff\xff\xff\xff`,
      { kind: 'end_of_call', broken: true },
    ],
  ] as const)('is due: %s', (_name, text, answer) => {
    expect(of(text).answer).toEqual(answer);
  });

  it.each([
    ['a request that is not whole', good.slice(0, -1)],
    ['bytes', '\x16\x03\x01'],
    ['a call that goes on', upgrade('/v1/helpers/git/get') + frame('C', '/')],
    ['a call that is read to its end', upgrade('/v1/helpers/docker/get') + frame('C', '/') + frame('I', asked)],
    ['a stream', 'GET /v1/events HTTP/1.1\r\nHost: keytray\r\n\r\n'],
  ])('is not: %s', (_name, text) => {
    expect(of(text).answer).toEqual({ kind: 'any' });
  });
});

describe('the end of the victim’s sign-in', () => {
  it('may come of requests that are let through, and of no others', () => {
    const logout = good.replace('/token', '/logout');
    expect(of(logout).disturbs).toBe(true);
    expect(of(logout.replace('keytray', 'evil')).disturbs).toBe(false);
    expect(of(good).disturbs).toBe(false);
  });
});

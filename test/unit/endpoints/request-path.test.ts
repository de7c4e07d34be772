import { describe, expect, it } from 'vitest';
import { readRequestPath } from '../../../core/endpoints/http-proxy/request-path.ts';

describe('the path of a request', () => {
  it.each([
    ['/', '/', '/'],
    ['/v1/users', '/v1/users', '/v1/users'],
    ['/v1/users/', '/v1/users/', '/v1/users/'],
    ['/a/./b', '/a/b', '/a/b'],
    ['/a/../b', '/b', '/b'],
    ['/a/%2e%2E/b', '/b', '/b'],
    ['/a/b/..', '/a/', '/a/'],
    ['/a/b/.', '/a/b/', '/a/b/'],
    ['/a//b', '/a//b', '/a//b'],
    ['/a//../b', '/a/b', '/a/b'],
    ['/%61%62', '/ab', '/ab'],
    ['/a%20b', '/a b', '/a%20b'],
    ['/a%3Fb%23c', '/a?b#c', '/a%3Fb%23c'],
    ["/x;v=1/!$&'()*+,=:@-._~", "/x;v=1/!$&'()*+,=:@-._~", "/x;v=1/!$&'()*+,=:@-._~"],
    ['/100%25', '/100%', '/100%25'],
    ['/caf%C3%A9', '/café', '/caf%C3%A9'],
    ['/...', '/...', '/...'],
  ])('%s is judged and sent as the same thing', (target, decoded, encoded) => {
    expect(readRequestPath(target)).toEqual({ kind: 'path', decoded, encoded, query: '' });
  });

  it('keeps the query as it came', () => {
    expect(readRequestPath('/a?b=%2F..%2f&c=%00?d')).toMatchObject({ decoded: '/a', query: '?b=%2F..%2f&c=%00?d' });
  });

  it.each([
    ['an encoded slash', '/a%2fb'],
    ['an encoded slash in capitals', '/a%2Fb'],
    ['a backslash', '/a\\b'],
    ['an encoded backslash', '/a%5c..%5cb'],
    ['a full-width slash', '/a%EF%BC%8Fb'],
    ['a full-width backslash', '/a%EF%BC%BCb'],
    ['full-width dots', '/a/%EF%BC%8E%EF%BC%8E/b'],
    ['a two-dot leader', '/a/%E2%80%A5/b'],
    ['NUL', '/a%00b'],
    ['a line feed', '/a%0ab'],
    ['a zero-width space', '/a%E2%80%8Bb'],
    ['a second layer', '/a/%252e%252e/b'],
    ['a second layer of a letter', '/%2561dmin'],
    ['a second layer of another kind', '/a%25u002fb'],
    ['a way above its beginning', '/..'],
    ['a way above its beginning, later', '/a/../../b'],
    ['a way above its beginning, encoded', '/%2e%2e/b'],
    ['a dot segment with a parameter', '/a/..;/b'],
    ['an encoded dot segment with a parameter', '/a/%2e%2e%3bx=1/b'],
    ['a dot segment with a space', '/a/..%20/b'],
    ['overlong UTF-8', '/a/%c0%ae%c0%ae/b'],
    ['half an encoding', '/a%2'],
    ['no encoding', '/a%zz'],
    ['a bare byte', '/caf\u00e9'],
    ['a space', '/a b'],
    ['a fragment', '/a#b'],
    ['no slash', 'a'],
    ['an absolute address', 'http://elsewhere.example/a'],
    ['an asterisk', '*'],
    ['a method in the query', '/a?_method=DELETE'],
    ['an encoded method in the query', '/a?x=1&%5Fmethod=DELETE'],
    ['a method after a semicolon', '/a?x=1;_METHOD=DELETE'],
  ])('is refused with %s', (_what, target) => {
    expect(readRequestPath(target)).toMatchObject({ kind: 'refused', why: expect.stringMatching(/^[a-z]/) });
  });
});

import { describe, expect, it } from 'vitest';
import { isAllowed, parseAllowRule } from '../../../core/endpoints/http-proxy/allow-rule.ts';

const allowed = (rules: readonly string[], method: string, path: string): boolean =>
  isAllowed(rules.map(parseAllowRule), method, path);

describe('a rule of --allow', () => {
  it.each([
    ['GET /v1/*', 'GET', '/v1/users/7', true],
    ['GET /v1/*', 'GET', '/v1/', true],
    ['GET /v1/*', 'GET', '/v1', false],
    ['GET /v1/*', 'GET', '/v10/users', false],
    ['GET /v1/*', 'POST', '/v1/users', false],
    ['get /v1/*', 'GET', '/v1/users', true],
    ['* /v1/*', 'DELETE', '/v1/users', true],
    ['GET /v1/users', 'GET', '/v1/users', true],
    ['GET /v1/users', 'GET', '/v1/users/', false],
    ['GET /a/*/c', 'GET', '/a/b/b/c', true],
    ['GET /a/*/c', 'GET', '/a/c', false],
    ['GET /*b*b', 'GET', '/ab', false],
    ['GET /*b*b', 'GET', '/abb', true],
    ['GET /a*b*a', 'GET', '/aba', true],
    ['GET /ab*ba', 'GET', '/aba', false],
    ['GET /V1/*', 'GET', '/v1/users', false],
  ])('%s says of %s %s: %s', (rule, method, path, expected) => {
    expect(allowed([rule], method, path)).toBe(expected);
  });

  it('is one of several, and none allow everything', () => {
    expect(allowed(['GET /a', 'POST /b'], 'POST', '/b')).toBe(true);
    expect(allowed(['GET /a', 'POST /b'], 'POST', '/a')).toBe(false);
    expect(allowed([], 'DELETE', '/anything')).toBe(true);
  });

  it.each(['/v1/*', 'GET v1', 'GET', 'GET /a?b', 'GET /a%20b', 'GET /a/../b', 'GET /a\\b', 'G3T /a', ''])(
    'cannot be %j',
    (text) => {
      expect(() => parseAllowRule(text)).toThrow(expect.objectContaining({ code: 'invalid_request' }));
    },
  );

  it('takes no time to match with many stars', () => {
    const stars = `GET /${'*a'.repeat(2_000)}b`;
    expect(allowed([stars], 'GET', `/${'a'.repeat(20_000)}`)).toBe(false);
  });
});

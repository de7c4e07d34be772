import { describe, expect, it } from 'vitest';
import { allowedMethods } from '../../../../core/local-api/server/methods.ts';

const routes = [
  { method: 'GET', path: '/v1/logins/:id' },
  { method: 'DELETE', path: '/v1/logins/:id' },
  { method: 'GET', path: '/v1/status' },
];

describe('allowedMethods', () => {
  it.each([
    ['/v1/status', ['GET']],
    ['/v1/logins/a@b', ['DELETE', 'GET']],
    ['/v1/logins/', []],
    ['/v1/logins/a/b', []],
    ['/v1/logins', []],
    ['/v1', []],
  ])('%s answers %j', (path, methods) => {
    expect(allowedMethods(path, routes)).toEqual(methods);
  });
});

import { describe, expect, it } from 'vitest';
import { readInvocation } from '../../../client/invocation.ts';

describe('readInvocation', () => {
  it.each([
    ['git-credential-keytray', ['get'], 'git', 'get', ['get']],
    ['git-credential-keytray', ['--account', 'lab', 'store'], 'git', 'store', ['--account', 'lab', 'store']],
    ['keytray', ['helper', 'git', 'erase'], 'git', 'erase', ['erase']],
    ['keytray', ['helper', 'docker', 'get', 'x'], 'docker', 'get', ['get', 'x']],
  ])('%s %j', (name, args, protocol, operation, argv) => {
    expect(readInvocation(name, args)).toEqual({ kind: 'helper', protocol, operation, argv });
  });

  it.each([
    ['git-credential-keytray', []],
    ['git-credential-keytray', ['']],
    ['keytray', []],
    ['keytray', ['helper']],
    ['keytray', ['helper', 'git']],
    ['keytray', ['helper', '../x', 'get']],
    ['keytray', ['status']],
    ['something-else', ['get']],
  ])('%s %j is told how it is called', (name, args) => {
    expect(readInvocation(name, args).kind).toBe('usage');
  });
});

import { describe, expect, it } from 'vitest';
import { isSecretOf, matches } from '../../../../core/credentials/api-keys/key-match.ts';
import type { ServiceKey } from '../../../../core/credentials/api-keys/provider.ts';
import { Secret } from '../../../../core/secret.ts';

const key = (rest: Partial<ServiceKey> = {}): ServiceKey => ({
  id: 'k1',
  name: 'ci',
  fingerprint: undefined,
  owner: 'Kim@example.com',
  createdAt: 0,
  expiresAt: undefined,
  lastUsedAt: 'never',
  status: 'active',
  ...rest,
});

describe('a secret', () => {
  const secret = new Secret('qk_abcdefghxyz');
  it.each([
    ['of the fingerprint shown', key({ fingerprint: 'qk_abc...xyz' }), 'yes'],
    ['of another one', key({ fingerprint: 'qk_abd...xyz' }), 'no'],
    ['of a fingerprint that only begins alike', key({ fingerprint: 'qk_abc...xyy' }), 'no'],
    ['the service lists again', key({ secret: new Secret('qk_abcdefghxyz') }), 'yes'],
    ['that is listed for another key', key({ secret: new Secret('qk_abcdefghxyy') }), 'no'],
    ['nothing is shown of', key(), 'unknown'],
    ['with a fingerprint in a form that is not known', key({ fingerprint: 'SHA256:abc' }), 'unknown'],
  ] as const)('%s is told by it', (_what, listed, is) => {
    expect(isSecretOf(secret, listed)).toBe(is);
  });
});

describe('a filter', () => {
  it.each([
    [{}, true],
    [{ name: 'ci' }, true],
    [{ name: 'c' }, false],
    [{ status: 'expired' }, false],
    [{ email: 'kim@EXAMPLE.com' }, true],
    [{ email: 'root@example.com', name: 'ci' }, false],
    [{ fingerprint: 'qk_a...z' }, false],
  ] as const)('%j takes the key: %s', (filter, taken) => {
    expect(matches(filter, key())).toBe(taken);
  });
});

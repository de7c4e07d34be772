import { describe, expect, it } from 'vitest';
import { type Holder, holdersOf, sameService } from '../../../core/broker/api-keys/key-holders.ts';
import { madeBy } from '../../../core/broker/api-keys/key-rotation.ts';
import type { ServiceKey } from '../../../core/credentials/api-keys/provider.ts';
import { Secret } from '../../../core/secret.ts';

const key = (id: string, rest: Partial<ServiceKey> = {}): ServiceKey => ({
  id,
  name: id,
  fingerprint: undefined,
  owner: undefined,
  createdAt: 0,
  expiresAt: undefined,
  lastUsedAt: 'unknown',
  status: 'active',
  ...rest,
});

const holder = (
  id: string,
  secret: string,
  { url = 'https://dss.example/', keyId, subject }: { url?: string; keyId?: string; subject?: string } = {},
): Holder => {
  const record = {
    accessToken: new Secret(secret),
    ...(keyId !== undefined && { keyId }),
    ...(subject !== undefined && { identity: { subject } }),
  };
  const settings = { service: 'dataiku', url, grant: { kind: 'api_key' } };
  return { id, settings, record } as unknown as Holder;
};

const held = (asking: Holder, others: readonly Holder[], keys: readonly ServiceKey[], among = keys) =>
  Object.fromEntries(
    [...holdersOf(asking, [asking, ...others], keys, among)].map(([id, all]) => [id, all.map((one) => one.id)]),
  );

describe('the accounts that have a key', () => {
  it('are found by its noted ID, or by what the service shows of it', () => {
    const keys = [key('a', { fingerprint: 'qk_1...1' }), key('b', { secret: new Secret('two') }), key('c')];
    const accounts = [holder('two', 'two'), holder('three', 'three', { keyId: 'c' })];
    expect(held(holder('one', 'qk_1 1'), accounts, keys)).toEqual({ a: ['one'], b: ['two'], c: ['three'] });
  });

  it('are not those whose noted ID is of another secret', () => {
    const keys = [key('a', { secret: new Secret('other') }), key('b')];
    expect(held(holder('one', 'mine', { keyId: 'a' }), [], keys, [])).toEqual({});
  });

  it('are named by the service where a key is of no person', () => {
    expect(held(holder('one', 'x', { subject: 'b' }), [], [key('a'), key('b')])).toEqual({ b: ['one'] });
  });

  it('include the one that asks where there is no other key', () => {
    expect(held(holder('one', 'x'), [], [key('a'), key('old', { status: 'expired' })])).toEqual({ a: ['one'] });
    expect(held(holder('one', 'x'), [], [key('a'), key('b')])).toEqual({});
    expect(held(holder('one', 'x'), [], [key('a')], [])).toEqual({});
  });

  it('are those with the same secret, at the same address only', () => {
    const same = holder('two', 'x');
    const elsewhere = holder('three', 'x', { url: 'https://dss.test/' });
    expect(held(holder('one', 'x', { keyId: 'a' }), [same, elsewhere], [key('a'), key('b')])).toEqual({
      a: ['one', 'two'],
    });
    expect(sameService(same.settings, elsewhere.settings)).toBe(false);
  });

  it('are left out where two keys look the same', () => {
    const twins = [key('a', { fingerprint: 'qk_1...1' }), key('b', { fingerprint: 'qk_1...1' })];
    expect(held(holder('one', 'qk_1 1'), [], twins)).toEqual({});
  });
});

describe('what a rotation has made', () => {
  const note = { old: 'a', name: 'ci-2', known: ['a', 'mine'] };
  it('is known by its name among keys that were not there before, and by its ID once that is noted', () => {
    const keys = [key('a'), key('mine', { name: 'ci-2' }), key('new', { name: 'ci-2' }), key('other')];
    expect(madeBy(note, keys).map(({ id }) => id)).toEqual(['new']);
    expect(madeBy({ ...note, made: 'other' }, keys).map(({ id }) => id)).toEqual(['other']);
  });
});

import { beforeEach, describe, expect, it } from 'vitest';
import { AccountRegistry } from '../../../core/accounts/account-registry.ts';
import type { Config } from '../../../core/config/config.ts';
import { interpretConfig } from '../../../core/config/interpret-config.ts';
import type { StoreKind } from '../../../core/services/shapes.ts';
import type { Placement, Placements } from '../../../core/stores/placements.ts';

import { Log } from '../../support/broker.ts';
import { ManualClock } from '../../support/manual-clock.ts';
import { RecordingStore } from '../../support/recording-store.ts';
import { recordAt, serializeRecord } from '../../support/records.ts';

class Noted implements Placements {
  readonly #placements = new Map<string, Placement>();

  async of(account: string): Promise<Placement | undefined> {
    return this.#placements.get(account);
  }

  async set(account: string, placement: Placement): Promise<void> {
    this.#placements.set(account, placement);
  }
}

const issuer = 'https://login.lab.example';
function configOf(accounts: Readonly<Record<string, object>>): Config {
  const full = Object.entries(accounts).map(([id, more]) => [
    id,
    { service: 'oidc', issuer, client_id: 'keytray', ...more },
  ]);
  const read = interpretConfig([{ file: 'config.yaml', text: JSON.stringify({ accounts: Object.fromEntries(full) }) }]);
  if (read.kind === 'invalid') throw new Error(JSON.stringify(read.errors));
  return read.config;
}

describe('the configured accounts', () => {
  let stores: Record<StoreKind, RecordingStore>;
  let log: Log;
  let told: string[];
  let registry: AccountRegistry;
  beforeEach(() => {
    stores = {
      keychain: new RecordingStore('keychain'),
      'encrypted-file': new RecordingStore('encrypted-file'),
      memory: new RecordingStore('memory'),
    };
    log = new Log();
    told = [];
    registry = new AccountRegistry({
      clock: new ManualClock(),
      stores,
      placements: new Noted(),
      logger: log,
      changed: (id) => told.push(`changed ${id}`),
      removed: (id) => told.push(`removed ${id}`),
    });
  });
  const ids = () => [...registry.all()].map(({ id }) => id);

  it('come and go with the config', () => {
    registry.configure(configOf({ a: {}, b: {} }));
    registry.configure(configOf({ b: {}, c: {} }));
    expect(ids()).toEqual(['b', 'c']);
    expect(told).toEqual(['changed a', 'changed b', 'removed a', 'changed c']);
    expect(registry.find('a')).toBeUndefined();
  });

  it('are named in the failure where there is none', () => {
    expect(() => registry.get('a"b')).toThrow(
      expect.objectContaining({
        code: 'unknown_account',
        message: 'there is no account named "a\\"b"',
        account: 'a"b',
      }),
    );
  });

  it('are the same ones, and hear nothing, where nothing changed for them', () => {
    registry.configure(configOf({ a: {} }));
    const [before] = registry.all();
    registry.configure(configOf({ a: {} }));
    expect(registry.get('a')).toBe(before);
    expect(told).toEqual(['changed a']);
  });

  it('take over what changed', async () => {
    registry.configure(configOf({ a: {} }));
    const before = registry.get('a');
    registry.configure(configOf({ a: { scopes: ['openid', 'more'] } }));
    expect(registry.get('a')).toBe(before);
    expect(before.settings.scopes).toEqual(['openid', 'more']);
    expect(told).toEqual(['changed a', 'changed a']);
  });

  it('move to another store by themselves, and say so where they cannot', async () => {
    registry.configure(configOf({ a: { store: 'keychain' } }));
    await registry.get('a').commit((generation) => recordAt(new ManualClock(), { issuer, generation }));
    stores.memory.trouble.write = { kind: 'denied', detail: 'no room' };
    registry.configure(configOf({ a: { store: 'memory' } }));
    await expect.poll(() => log.lines.join()).toContain('an account cannot be moved to its store yet {"account":"a"');
    expect(log.lines.join()).toContain('no room');
    expect(await stores.keychain.held('a')).toHaveProperty('a');
    delete stores.memory.trouble.write;
    registry.configure(configOf({ a: { store: 'memory', scopes: ['openid'] } }));
    await expect.poll(() => stores.memory.held('a')).toHaveProperty('a');
    await expect.poll(() => stores.keychain.held('a')).toEqual({});
  });

  it('are read one after another, each once', async () => {
    registry.configure(configOf({ a: {}, b: {} }));
    await stores.keychain.write('b', serializeRecord(recordAt(new ManualClock(), { issuer })));
    await Promise.all([registry.loadAll(), registry.loadAll()]);
    await registry.loadAll();
    const reads = stores.keychain.calls.filter((call) => /^read [ab]$/.test(call));
    expect(reads).toEqual(['read a', 'read b']);
    expect([registry.get('a').state.kind, registry.get('b').state.kind]).toEqual(['signed_out', 'signed_in']);
  });
});

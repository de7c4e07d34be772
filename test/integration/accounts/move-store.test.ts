import { beforeEach, describe, expect, it } from 'vitest';
import { Secret } from '../../../core/secret.ts';
import type { StoreKind } from '../../../core/services/shapes.ts';
import { MovingStore } from '../../../core/stores/move-store.ts';
import type { Placement, Placements } from '../../../core/stores/placements.ts';
import type { StoreTrouble } from '../../../core/stores/secret-store.ts';
import { Log } from '../../support/broker.ts';
import { RecordingStore } from '../../support/recording-store.ts';

/** The list of stores in use, in memory, with what was set in order. */
class Noted implements Placements {
  readonly notes: Placement[] = [];
  full = false;

  async of(): Promise<Placement | undefined> {
    return this.notes.at(-1);
  }

  async set(_account: string, placement: Placement): Promise<void> {
    if (this.full) throw Object.assign(new Error('no space'), { code: 'ENOSPC' });
    this.notes.push(placement);
  }
}

const items = ['lab', 'lab#client-secret'];
const locked: StoreTrouble = { kind: 'locked' };
const denied: StoreTrouble = { kind: 'denied', detail: 'said no' };
const listFull = { kind: 'denied', detail: 'the list of stores in use cannot be written (ENOSPC)' };

let stores: Record<StoreKind, RecordingStore>;
let placements: Noted;
let log: Log;
beforeEach(() => {
  stores = {
    keychain: new RecordingStore('keychain'),
    'encrypted-file': new RecordingStore('encrypted-file'),
    memory: new RecordingStore('memory'),
  };
  placements = new Noted();
  log = new Log();
});

const storeFor = (store: StoreKind) =>
  new MovingStore({ account: 'lab', items, store, stores, placements, logger: log });

/** Both items are in the keychain, and the config says encrypted file. */
async function signedInElsewhere(): Promise<MovingStore> {
  const moving = storeFor('keychain');
  await moving.write('lab', new Secret('tokens'));
  await moving.write('lab#client-secret', new Secret('client'));
  stores.keychain.calls.length = 0;
  moving.retarget('encrypted-file');
  return moving;
}
const both = { lab: 'tokens', 'lab#client-secret': 'client' };
const keychainHolds = () => stores.keychain.held(...items);
const fileHolds = () => stores['encrypted-file'].held(...items);

describe('an account that stays in its store', () => {
  it('is noted there before its first write, once', async () => {
    const moving = storeFor('keychain');
    await moving.write('lab', new Secret('tokens'));
    await moving.write('lab', new Secret('newer'));
    expect(placements.notes).toEqual([{ holder: 'keychain', leftovers: [] }]);
    expect(await keychainHolds()).toEqual({ lab: 'newer' });
  });

  it('is noted when it is found there, and not when nothing is', async () => {
    const moving = storeFor('keychain');
    expect(await moving.read('lab')).toEqual({ kind: 'empty' });
    expect(placements.notes).toEqual([]);
    await stores.keychain.write('lab', new Secret('tokens'));
    expect(await moving.read('lab')).toMatchObject({ kind: 'found' });
    expect(placements.notes).toEqual([{ holder: 'keychain', leftovers: [] }]);
  });

  it('tells the state and backend of that store', () => {
    const moving = storeFor('keychain');
    expect([moving.backend, moving.state()]).toEqual(['keychain', 'unlocked']);
    stores.keychain.trouble.read = locked;
    expect(moving.state()).toBe('locked');
    moving.retarget('memory');
    expect([moving.backend, moving.state()]).toEqual(['memory', 'unlocked']);
  });

  it('is removed there, and tells what would prevent it', async () => {
    const moving = storeFor('keychain');
    await moving.write('lab', new Secret('tokens'));
    expect(await moving.removalTrouble()).toBeUndefined();
    stores.keychain.trouble.removal = locked;
    expect(await moving.removalTrouble()).toEqual(locked);
    expect(await moving.remove('lab')).toEqual({ kind: 'removed' });
    expect(await keychainHolds()).toEqual({});
  });
});

describe('an account whose store is another one now', () => {
  it('moves with all its items before it is read, and leaves nothing behind', async () => {
    const moving = await signedInElsewhere();
    expect(await moving.read('lab')).toMatchObject({ kind: 'found' });
    expect(await fileHolds()).toEqual(both);
    expect(await keychainHolds()).toEqual({});
    expect(placements.notes).toEqual([
      { holder: 'keychain', leftovers: [] },
      { holder: 'keychain', leftovers: ['encrypted-file'] },
      { holder: 'encrypted-file', leftovers: ['keychain'] },
      { holder: 'encrypted-file', leftovers: [] },
    ]);
    expect(log.lines).toEqual([
      'an account moved to another store {"account":"lab","from":"keychain","to":"encrypted-file"}',
    ]);
  });

  it('reads back what it wrote before the old copy goes', async () => {
    const moving = await signedInElsewhere();
    await moving.settle();
    expect(stores['encrypted-file'].calls).toEqual([
      'write lab',
      'read lab',
      'write lab#client-secret',
      'read lab#client-secret',
    ]);
    expect(stores.keychain.calls).toEqual([
      'read lab',
      'read lab#client-secret',
      'remove lab',
      'remove lab#client-secret',
    ]);
  });

  it('takes what an earlier move left in the new store away', async () => {
    await stores['encrypted-file'].write('lab#client-secret', new Secret('old'));
    const moving = storeFor('keychain');
    await moving.write('lab', new Secret('tokens'));
    moving.retarget('encrypted-file');
    await moving.settle();
    expect(await fileHolds()).toEqual({ lab: 'tokens' });
  });

  it('moves without a word where there is nothing to move', async () => {
    placements.notes.push({ holder: 'keychain', leftovers: [] });
    expect(await storeFor('memory').read('lab')).toEqual({ kind: 'empty' });
    expect(placements.notes.slice(1)).toEqual([
      { holder: 'memory', leftovers: ['keychain'] },
      { holder: 'memory', leftovers: [] },
    ]);
    expect(log.lines).toEqual([]);
  });

  it('moves where the old store was never used', async () => {
    placements.notes.push({ holder: 'encrypted-file', leftovers: [] });
    stores['encrypted-file'].trouble.read = { kind: 'locked', vacant: true };
    expect(await storeFor('memory').read('lab')).toEqual({ kind: 'empty' });
    expect(placements.notes[1]).toEqual({ holder: 'memory', leftovers: ['encrypted-file'] });
  });

  it('moves back again', async () => {
    const moving = await signedInElsewhere();
    await moving.settle();
    moving.retarget('keychain');
    expect(await moving.read('lab#client-secret')).toMatchObject({ kind: 'found' });
    expect([await keychainHolds(), await fileHolds()]).toEqual([both, {}]);
    expect(placements.notes.at(-1)).toEqual({ holder: 'keychain', leftovers: [] });
  });
});

describe('an old store that would not tell', () => {
  it('is a trouble of its own, never an empty answer', async () => {
    const moving = await signedInElsewhere();
    stores.keychain.trouble.read = locked;
    expect(await moving.read('lab')).toEqual({ kind: 'locked', left: true });
    expect(placements.notes).toHaveLength(1);
    expect(await fileHolds()).toEqual({});
  });

  it('gets what is written meanwhile, so that there is one truth', async () => {
    const moving = await signedInElsewhere();
    stores.keychain.trouble.read = locked;
    await moving.write('lab', new Secret('newer'));
    expect(await keychainHolds()).toEqual({ ...both, lab: 'newer' });
    delete stores.keychain.trouble.read;
    await moving.settle();
    expect(await fileHolds()).toEqual({ ...both, lab: 'newer' });
  });

  it('is given up by a sign-out: nothing counts any more, and its copy goes when it can be had', async () => {
    const moving = await signedInElsewhere();
    stores.keychain.trouble.read = locked;
    stores.keychain.trouble.remove = locked;
    expect(await moving.removalTrouble()).toBeUndefined();
    expect(await moving.remove('lab')).toEqual({ kind: 'removed' });
    expect(placements.notes.at(-1)).toEqual({ holder: 'encrypted-file', leftovers: ['keychain'] });
    expect(await moving.read('lab')).toEqual({ kind: 'empty' });
    expect(await keychainHolds()).toEqual(both);
    delete stores.keychain.trouble.remove;
    await moving.settle();
    await expect.poll(keychainHolds).toEqual({});
    await expect.poll(() => placements.notes.at(-1)).toEqual({ holder: 'encrypted-file', leftovers: [] });
  });

  it('cannot be given up where that cannot be noted', async () => {
    const moving = await signedInElsewhere();
    stores.keychain.trouble.read = locked;
    placements.full = true;
    expect(await moving.remove('lab')).toEqual(listFull);
  });
});

describe('a new store that would not take it', () => {
  it('leaves the old one in use, for reading what is there and for writing', async () => {
    const moving = await signedInElsewhere();
    stores['encrypted-file'].trouble.write = locked;
    expect(await moving.read('lab')).toEqual(locked);
    await moving.write('lab', new Secret('newer'));
    expect(await keychainHolds()).toEqual({ ...both, lab: 'newer' });
    expect(placements.notes.at(-1)).toEqual({ holder: 'keychain', leftovers: ['encrypted-file'] });
    delete stores['encrypted-file'].trouble.write;
    expect(await moving.read('lab')).toMatchObject({ kind: 'found' });
    expect(await fileHolds()).toEqual({ ...both, lab: 'newer' });
  });

  it('leaves the sign-out to the old one', async () => {
    const moving = await signedInElsewhere();
    stores['encrypted-file'].trouble.write = locked;
    stores.keychain.trouble.removal = denied;
    expect(await moving.removalTrouble()).toEqual(denied);
    expect(await moving.remove('lab')).toEqual({ kind: 'removed' });
    expect(await keychainHolds()).toEqual({ 'lab#client-secret': 'client' });
  });

  it.each([
    ['forgets', (store: RecordingStore) => Object.assign(store, { forgetful: true })],
    ['changes', (store: RecordingStore) => Object.assign(store, { writesInstead: 'other' })],
  ])('and %s what was written is found out before the old copy goes', async (_what, spoil) => {
    const moving = await signedInElsewhere();
    spoil(stores['encrypted-file']);
    expect(await moving.read('lab')).toEqual({
      kind: 'corrupt',
      detail: 'the store did not return what was written to it',
    });
    expect(await keychainHolds()).toEqual(both);
    expect(placements.notes.at(-1)?.holder).toBe('keychain');
  });

  it('and will not read back what was written keeps the old copy too', async () => {
    const moving = await signedInElsewhere();
    stores['encrypted-file'].trouble.read = denied;
    expect(await moving.settle()).toEqual(denied);
    expect(await keychainHolds()).toEqual(both);
  });

  it('and will not part with what an earlier move left keeps the old copy too', async () => {
    const moving = storeFor('keychain');
    await moving.write('lab', new Secret('tokens'));
    moving.retarget('encrypted-file');
    stores['encrypted-file'].trouble.remove = denied;
    expect(await moving.settle()).toEqual(denied);
    expect(await keychainHolds()).toEqual({ lab: 'tokens' });
  });
});

describe('the list of stores in use', () => {
  it('comes first: what cannot be noted is not moved', async () => {
    const moving = await signedInElsewhere();
    placements.full = true;
    expect(await moving.read('lab')).toEqual(listFull);
    expect(await fileHolds()).toEqual({});
    expect(log.lines.at(-1)).toBe('the list of stores in use cannot be written {"account":"lab","why":"ENOSPC"}');
  });
});

describe('a copy that the old store will not let go', () => {
  it('does not count, is said once, and goes later', async () => {
    const moving = await signedInElsewhere();
    stores.keychain.trouble.remove = locked;
    expect(await moving.read('lab')).toMatchObject({ kind: 'found' });
    await moving.read('lab');
    await moving.close();
    await expect.poll(() => stores.keychain.calls.filter((call) => call === 'remove lab').length).toBeGreaterThan(1);
    const said = log.lines.filter((line) => line.startsWith('a copy of a sign-in is still'));
    expect(said).toEqual([
      'a copy of a sign-in is still in the store it was moved from {"account":"lab","store":"keychain","why":"locked"}',
    ]);
    expect(placements.notes.at(-1)).toEqual({ holder: 'encrypted-file', leftovers: ['keychain'] });
    delete stores.keychain.trouble.remove;
    await moving.read('lab');
    await expect.poll(keychainHolds).toEqual({});
  });
});

it('does one thing at a time, and a failure does not stop the next', async () => {
  const moving = await signedInElsewhere();
  const results = await Promise.all([moving.settle(), moving.write('lab', new Secret('newer')), moving.remove('lab')]);
  expect(results).toEqual([undefined, { kind: 'durable', where: 'store' }, { kind: 'removed' }]);
  expect(await fileHolds()).toEqual({ 'lab#client-secret': 'client' });
  expect(await keychainHolds()).toEqual({});
});

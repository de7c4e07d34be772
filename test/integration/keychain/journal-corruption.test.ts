import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Secret } from '../../../core/secret.ts';
import { Journal } from '../../../core/stores/keychain/journal.ts';
import { newJournalKey } from '../../../core/stores/keychain/sentinel.ts';
import type { StoreTrouble } from '../../../core/stores/secret-store.ts';
import { storeFailure } from '../../../core/stores/store-failure.ts';
import { bitFlips, type Damage, printedSeed, truncations } from '../../support/damage.ts';
import { type Keyring, lookup, startKeyring } from '../../support/keyring.ts';
import { needsRoot } from '../../support/needs-root.ts';
import { mountSmallDisk, type SmallDisk } from '../../support/small-disk.ts';
import { openStore, textOf } from './fixture.ts';

describe('a damaged journal', () => {
  let folder: string;
  let file: string;
  const key = newJournalKey();

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'keytray-journal-'));
    file = join(folder, 'journal');
  });
  afterEach(() => rm(folder, { recursive: true }));

  const written = async (): Promise<Buffer> => {
    const journal = new Journal(file);
    await journal.unlock(key);
    await journal.put('lab', new Secret('the newest record of lab'));
    await journal.put('gitlab@work', new Secret('another record'));
    await journal.putRemoval('gone');
    return await readFile(file);
  };

  const expectSetAside = async ({ name, bytes }: Damage): Promise<void> => {
    await writeFile(file, bytes);
    await rm(`${file}.unreadable`, { force: true });
    const journal = new Journal(file);
    expect(await journal.unlock(key), name).toBe('set_aside');
    expect(journal.items, name).toEqual([]);
    expect(journal.removes('gone'), name).toBe(false);
    // Never deleted: it may be all that is left of a sign-in.
    expect((await readFile(`${file}.unreadable`)).equals(bytes), name).toBe(true);
  };

  it('is noticed and set aside, cut short after every byte', async () => {
    for (const damage of truncations(await written())) await expectSetAside(damage);
  });

  it('is noticed and set aside, one bit changed in every byte', async () => {
    const seed = printedSeed('journal bit flips');
    for (const damage of bitFlips(await written(), seed)) await expectSetAside(damage);
  });

  it('loses nothing to the half written one that a kill left beside it', async () => {
    const whole = await written();
    for (const { bytes } of [...truncations(whole).filter((_, index) => index % 50 === 0), { bytes: whole }]) {
      await writeFile(`${file}.new`, bytes);
      const journal = new Journal(file);
      expect(await journal.unlock(key)).toBe('read');
      expect(journal.get('lab')?.reveal()).toBe('the newest record of lab');
      expect(await readdir(folder)).toEqual(['journal']);
    }
  });
});

describe('a damaged journal of a real keyring', () => {
  let keyring: Keyring;

  beforeEach(async () => {
    keyring = await startKeyring();
  });
  afterEach(() => keyring.stop());

  it('leaves the record of the keychain in force, and the log says so', async () => {
    const first = openStore(keyring.env);
    await first.store.write('lab', new Secret('old'));
    await keyring.lock();
    expect(await first.store.write('lab', new Secret('new'))).toMatchObject({ where: 'journal' });
    await first.store.close();
    await keyring.unlock();
    const whole = await readFile(first.journalFile);
    const damages = [...truncations(whole), ...bitFlips(whole, printedSeed('journal in a store'))];

    for (const { name, bytes } of damages.filter((_, index) => index % 61 === 0)) {
      await writeFile(first.journalFile, bytes);
      const { store, logger } = openStore(keyring.env);
      expect(textOf(await store.read('lab')), name).toBe('old');
      expect(store.state(), name).toBe('unlocked');
      expect(logger.lines.join('\n'), name).toContain('set aside');
      await store.close();
    }
    expect(await lookup(keyring.env, 'keytray', 'lab')).toBe('old');

    // The same file undamaged is the newer record: what was tested above is the damage.
    await writeFile(first.journalFile, whole);
    const last = openStore(keyring.env);
    expect(textOf(await last.store.read('lab'))).toBe('new');
    await last.store.close();
  });
});

describe('a journal on a disk in trouble', () => {
  const key = newJournalKey();

  needsRoot('keeps the record before when the disk is full or read-only, and takes the next one after', async () => {
    const disk = await mountSmallDisk();
    try {
      const file = join(disk.folder, 'journal');
      const journal = new Journal(file);
      await journal.unlock(key);
      await journal.put('lab', new Secret('old'));
      const saved = async (): Promise<string | undefined> => {
        const later = new Journal(file);
        expect(await later.unlock(key)).toBe('read');
        return later.get('lab')?.reveal();
      };

      await disk.fill();
      await expect(journal.put('lab', new Secret('x'.repeat(8_192)))).rejects.toMatchObject({ code: 'ENOSPC' });
      expect(journal.get('lab')?.reveal()).toBe('old');
      expect(await saved()).toBe('old');
      await disk.free();
      await journal.put('lab', new Secret('newer'));

      await disk.readOnly();
      await expect(journal.put('lab', new Secret('newest'))).rejects.toMatchObject({ code: 'EROFS' });
      expect(await saved()).toBe('newer');
      await disk.writable();
      await journal.put('lab', new Secret('newest'));
      expect(await saved()).toBe('newest');
    } finally {
      await disk.remove();
    }
  });

  needsRoot('makes the store say that neither keychain nor disk has the record', async () => {
    const keyring = await startKeyring();
    const disk = await mountSmallDisk();
    try {
      const { store, logger } = openStore({ ...keyring.env, XDG_STATE_HOME: disk.folder });
      await store.write('lab', new Secret('old'));
      await keyring.lock();
      await disk.fill();
      const refused = await store.write('lab', new Secret('new'));
      expect(refused).toMatchObject({ kind: 'locked', detail: expect.stringContaining('ENOSPC') });
      expect(storeFailure(refused as StoreTrouble, 'lab').message).toContain('ENOSPC');
      expect(logger.lines.join('\n')).toContain('ENOSPC');
      await disk.free();
      expect(await store.write('lab', new Secret('new'))).toEqual({ kind: 'durable', where: 'journal' });
      await keyring.unlock();
      expect(textOf(await store.read('lab'))).toBe('new');
      await store.close();
    } finally {
      await disk.remove();
      await keyring.stop();
    }
  });

  /** Three changes wait on a small disk; the keyring is unlocked again. */
  async function threeWaiting(keyring: Keyring, disk: SmallDisk) {
    const env = { ...keyring.env, XDG_STATE_HOME: disk.folder };
    const { store } = openStore(env);
    for (const item of ['lab', 'other', 'gone']) await store.write(item, new Secret('old'));
    await keyring.lock();
    for (const item of ['lab', 'other']) await store.write(item, new Secret('new'));
    await store.remove('gone');
    return { store, env };
  }

  needsRoot('moves to the keychain although the disk is full, and no read fails', async () => {
    const keyring = await startKeyring();
    const disk = await mountSmallDisk();
    try {
      const { store, env } = await threeWaiting(keyring, disk);
      await disk.fill();
      await keyring.unlock();
      expect(textOf(await store.read('lab'))).toBe('new');
      expect(textOf(await store.read('other'))).toBe('new');
      expect(await store.read('gone')).toEqual({ kind: 'empty' });
      expect(store.state()).toBe('unlocked');
      expect(await store.write('lab', new Secret('newest'))).toEqual({ kind: 'durable', where: 'store' });
      await store.close();
      const later = openStore(env);
      expect(textOf(await later.store.read('lab'))).toBe('newest');
      await later.store.close();
    } finally {
      await disk.remove();
      await keyring.stop();
    }
  });

  needsRoot('is read but never outlived by an older change where the disk keeps its file', async () => {
    const keyring = await startKeyring();
    const disk = await mountSmallDisk();
    try {
      const { store, env } = await threeWaiting(keyring, disk);
      await disk.readOnly();
      await keyring.unlock();
      expect(textOf(await store.read('lab'))).toBe('new');
      expect(await store.read('gone')).toEqual({ kind: 'empty' });
      // After a restart the file would put the older value in its place.
      const refused = await store.write('lab', new Secret('newest'));
      expect(refused).toMatchObject({ kind: 'corrupt', detail: expect.stringContaining('EROFS') });
      expect(await store.write('not-in-it', new Secret('value'))).toEqual({ kind: 'durable', where: 'store' });

      const later = openStore(env);
      expect(textOf(await later.store.read('lab'))).toBe('new');
      await later.store.close();

      await disk.writable();
      expect(await store.write('lab', new Secret('newest'))).toEqual({ kind: 'durable', where: 'store' });
      expect(await lookup(keyring.env, 'keytray', 'lab')).toBe('newest');
      expect(await readdir(join(disk.folder, 'keytray'))).toEqual([]);
      await store.close();
    } finally {
      await disk.remove();
      await keyring.stop();
    }
  });

  needsRoot('is neither empty nor damaged when the disk cannot read it', async () => {
    const disk = await mountSmallDisk();
    try {
      const file = join(disk.folder, 'journal');
      const journal = new Journal(file);
      await journal.unlock(key);
      await journal.put('lab', new Secret('old'));
      await disk.breakFile(file);
      await expect(new Journal(file).unlock(key)).rejects.toMatchObject({ code: 'EIO' });
      await disk.mendFile(file);
      const later = new Journal(file);
      expect(await later.unlock(key)).toBe('read');
      expect(later.get('lab')?.reveal()).toBe('old');
    } finally {
      await disk.remove();
    }
  });
});

import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Secret } from '../../../core/secret.ts';
import { EncryptedFileStore } from '../../../core/stores/encrypted-file/encrypted-file-store.ts';
import { bitFlips, type Damage, printedSeed, truncations } from '../../support/damage.ts';
import { needsRoot } from '../../support/needs-root.ts';
import { mountSmallDisk, type SmallDisk } from '../../support/small-disk.ts';
import { MemoryLogger, textOf } from './fixture.ts';

const passphrase = new Secret('correct horse battery staple');
// Thousands of files are opened here, and what is tested is not how long a guess takes.
const cost = { log2N: 10, r: 1, p: 1 };

interface Opened {
  readonly store: EncryptedFileStore;
  readonly logger: MemoryLogger;
}

async function open(path: string, given = passphrase): Promise<Opened> {
  const logger = new MemoryLogger();
  return { store: new EncryptedFileStore({ path, logger, cost, passphrase: async () => given }), logger };
}

/** Two generations on the disk: `old` in `.previous`, `new` in the file. Resolves to the file's bytes. */
async function twoGenerations(path: string): Promise<Buffer> {
  const { store } = await open(path);
  await store.write('lab', new Secret('the old record'));
  await store.write('lab', new Secret('the new record'));
  await store.close();
  return await readFile(path);
}

describe('a damaged encrypted file', () => {
  let folder: string;
  let path: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'keytray-sealed-'));
    path = join(folder, 'tokens.sealed');
  });
  afterEach(() => rm(folder, { recursive: true }));

  const expectPrevious = async ({ name, bytes }: Damage): Promise<void> => {
    await writeFile(path, bytes);
    const { store, logger } = await open(path);
    expect(textOf(await store.read('lab')), name).toBe('the old record');
    expect(store.state(), name).toBe('unlocked');
    expect(store.note, name).toContain('damaged');
    expect(logger.lines.join('\n'), name).toMatch(/^warn the encrypted file is damaged/m);
    await store.close();
  };

  it('gives way to the one before it, cut short after every byte, and says so', async () => {
    for (const damage of truncations(await twoGenerations(path))) await expectPrevious(damage);
  });

  it('gives way to the one before it, one bit changed in every byte, and says so', async () => {
    const seed = printedSeed('encrypted file bit flips');
    for (const damage of bitFlips(await twoGenerations(path), seed)) await expectPrevious(damage);
  });

  it('is set aside by the next write, and never becomes the one to fall back on', async () => {
    const [damage] = bitFlips(await twoGenerations(path), printedSeed('encrypted file set aside'));
    await writeFile(path, damage?.bytes ?? '');
    const { store } = await open(path);
    await store.read('lab');
    expect(await store.write('lab', new Secret('the newest record'))).toEqual({ kind: 'durable', where: 'store' });
    await store.close();
    expect(await readFile(`${path}.unreadable`)).toEqual(damage?.bytes);

    const later = await open(path);
    expect(textOf(await later.store.read('lab'))).toBe('the newest record');
    expect(later.store.note).toBeUndefined();
    await later.store.close();
    await writeFile(path, '');
    expect(textOf(await (await open(path)).store.read('lab'))).toBe('the old record');
  });

  it('is corrupt, never empty, where the one before it is damaged too', async () => {
    const whole = await twoGenerations(path);
    const previous = await readFile(`${path}.previous`);
    const seed = printedSeed('both encrypted files');
    const damages = [...truncations(whole), ...bitFlips(whole, seed)];
    const damagesBefore = [...truncations(previous), ...bitFlips(previous, seed + 1)];
    for (const [index, { name, bytes }] of damages.entries()) {
      await writeFile(path, bytes);
      await writeFile(`${path}.previous`, damagesBefore[index % damagesBefore.length]?.bytes ?? '');
      const { store } = await open(path);
      expect(await store.read('lab'), name).toMatchObject({ kind: 'corrupt' });
      // A write would end what may still be mended by hand.
      expect(await store.write('lab', new Secret('another')), name).toMatchObject({ kind: 'corrupt' });
      await store.close();
    }
  });

  it('does not make a wrong passphrase look like damage', async () => {
    const whole = await twoGenerations(path);
    const wrong = new Secret('incorrect horse battery');
    for (const bytes of [whole, whole.subarray(0, 100)]) {
      await writeFile(path, bytes);
      const { store } = await open(path, wrong);
      expect(await store.read('lab')).toMatchObject({ kind: 'locked' });
      await store.close();
    }
    expect(textOf(await (await open(path)).store.read('lab'))).toBe('the old record');
  });

  it('loses nothing to the half written one that a kill left beside it', async () => {
    const whole = await twoGenerations(path);
    for (const bytes of [Buffer.alloc(0), whole.subarray(0, 100), whole]) {
      await writeFile(`${path}.new`, bytes);
      await writeFile(`${path}.previous.new`, bytes);
      const { store } = await open(path);
      expect(textOf(await store.read('lab'))).toBe('the new record');
      await store.write('lab', new Secret('the newest record'));
      await store.write('lab', new Secret('the new record'));
      await store.close();
      expect((await readdir(folder)).sort()).toEqual(['tokens.sealed', 'tokens.sealed.previous']);
    }
  });
});

describe('an encrypted file on a disk in trouble', () => {
  const onSmallDisk = async (work: (disk: SmallDisk, path: string) => Promise<void>): Promise<void> => {
    const disk = await mountSmallDisk();
    try {
      await work(disk, join(disk.folder, 'tokens.sealed'));
    } finally {
      await disk.remove();
    }
  };

  needsRoot('keeps the record before when the disk is full or read-only, says so, and takes the next one after', () =>
    onSmallDisk(async (disk, path) => {
      await twoGenerations(path);
      const { store, logger } = await open(path);
      expect(textOf(await store.read('lab'))).toBe('the new record');
      const stored = async (): Promise<string> => textOf(await (await open(path)).store.read('lab'));

      await disk.fill();
      const large = new Secret('x'.repeat(8_192));
      expect(await store.write('lab', large)).toMatchObject({
        kind: 'denied',
        detail: expect.stringContaining('ENOSPC'),
      });
      expect(logger.lines.join('\n')).toContain('ENOSPC');
      expect(textOf(await store.read('lab'))).toBe('the new record');
      expect(await stored()).toBe('the new record');
      await disk.free();
      expect(await store.write('lab', large)).toMatchObject({ kind: 'durable' });

      await disk.readOnly();
      expect(await store.write('lab', new Secret('the newest record'))).toMatchObject({
        detail: expect.stringContaining('EROFS'),
      });
      expect(await stored()).toBe(large.reveal());
      await disk.writable();
      expect(await store.write('lab', new Secret('the newest record'))).toMatchObject({ kind: 'durable' });
      expect(await stored()).toBe('the newest record');
      expect((await stat(path)).mode & 0o777).toBe(0o600);
      await store.close();
    }),
  );

  needsRoot('is neither empty nor damaged when the disk cannot read it', () =>
    onSmallDisk(async (disk, path) => {
      await twoGenerations(path);
      await disk.breakFile(path);
      const { store } = await open(path);
      expect(await store.read('lab')).toMatchObject({ kind: 'denied', detail: expect.stringContaining('EIO') });
      await disk.mendFile(path);
      expect(textOf(await store.read('lab'))).toBe('the new record');
      await store.close();
    }),
  );
});

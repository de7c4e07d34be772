import { chmod, mkdtemp, readdir, readFile, rename, rm, stat, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Secret } from '../../../core/secret.ts';
import { EncryptedFileStore, type PassphraseSource } from '../../../core/stores/encrypted-file/encrypted-file-store.ts';
import { MemoryLogger } from '../../support/broker-socket.ts';

const passphrase = new Secret('correct horse battery');
const another = new Secret('staple staple staple');
const cost = { log2N: 10, r: 8, p: 1 };

let folder: string;
let file: string;
let logger: MemoryLogger;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'keytray-sealed-'));
  file = path.join(folder, 'state', 'tokens.sealed');
  logger = new MemoryLogger();
});

afterEach(() => rm(folder, { recursive: true, force: true }));

const open = (source?: PassphraseSource): EncryptedFileStore =>
  new EncryptedFileStore({ path: file, logger, passphrase: source, cost });

/** A store with one item, unlocked; the file before it holds another value of that item. */
async function filled(): Promise<EncryptedFileStore> {
  const store = open();
  expect(await store.unlock(passphrase, { create: true })).toEqual({ kind: 'created' });
  await store.write('lab', new Secret('first-value'));
  await store.write('lab', new Secret('second-value'));
  return store;
}

async function unlocked(given = passphrase): Promise<EncryptedFileStore> {
  const store = open();
  expect(await store.unlock(given, { create: false })).toEqual({ kind: 'unlocked' });
  return store;
}

async function textOf(store: EncryptedFileStore, item = 'lab'): Promise<string> {
  const read = await store.read(item);
  return read.kind === 'found' ? read.value.reveal() : read.kind;
}

const logged = (): string => logger.lines.map(({ level, message }) => `${level} ${message}`).join('\n');

describe('encrypted file', () => {
  it('keeps items across restarts, for the user alone, and shows nothing of them', async () => {
    const store = await filled();
    await store.write('lab#client-secret', new Secret('the-client-secret'));
    expect(await store.read('other')).toEqual({ kind: 'empty' });
    await store.close();

    const again = await unlocked();
    expect(await textOf(again)).toBe('second-value');
    expect(await textOf(again, 'lab#client-secret')).toBe('the-client-secret');
    expect(await again.remove('lab')).toEqual({ kind: 'removed' });
    expect(await again.read('lab')).toEqual({ kind: 'empty' });

    expect((await stat(path.dirname(file))).mode & 0o777).toBe(0o700);
    expect((await readdir(path.dirname(file))).sort()).toEqual(['tokens.sealed', 'tokens.sealed.previous']);
    for (const name of [file, `${file}.previous`]) {
      expect((await stat(name)).mode & 0o777).toBe(0o600);
      const bytes = await readFile(name);
      for (const text of ['lab', 'value', 'client-secret', 'correct horse']) expect(bytes.includes(text)).toBe(false);
    }
  });

  it('keeps nothing of a removed item, not even in the file before', async () => {
    const store = await filled();
    await store.write('other', new Secret('other-value'));
    await store.remove('lab');
    await store.close();
    await rm(file);
    const before = await unlocked();
    expect(await before.read('lab')).toEqual({ kind: 'empty' });
    expect(await textOf(before, 'other')).toBe('other-value');
  });

  it('is locked until somebody gives the passphrase, and says whether there is one to give', async () => {
    const fresh = open();
    expect(await fresh.present()).toBe(false);
    expect(await fresh.read('lab')).toMatchObject({ kind: 'locked', store: 'encrypted-file', vacant: true });
    expect(await fresh.unlock(passphrase, { create: false })).toEqual({ kind: 'no_file' });
    expect(await fresh.unlock(new Secret('short'), { create: true })).toEqual({ kind: 'too_short' });
    expect(await fresh.remove('lab')).toEqual({ kind: 'removed' });
    await filled();

    const store = open();
    expect(await store.present()).toBe(true);
    expect(store.state()).toBe('locked');
    for (const result of [
      await store.read('lab'),
      await store.write('lab', new Secret('third-value')),
      await store.remove('lab'),
    ]) {
      expect(result).toEqual({ kind: 'locked', store: 'encrypted-file' });
    }
    expect(await store.unlock(another, { create: false })).toEqual({ kind: 'wrong_passphrase' });
    expect(store.state()).toBe('locked');
    // `create` never replaces what is there.
    expect(await store.unlock(another, { create: true })).toEqual({ kind: 'wrong_passphrase' });
    expect(await store.unlock(passphrase, { create: true })).toEqual({ kind: 'unlocked' });
    expect(store.state()).toBe('unlocked');
    expect(await textOf(store)).toBe('second-value');
    await store.lock();
    expect(await store.read('lab')).toEqual({ kind: 'locked', store: 'encrypted-file' });
  });

  it('tells those who listen when its state changes, and only then', async () => {
    const store = open();
    const states: string[] = [];
    store.onChange(() => states.push(store.state()));
    await store.read('lab');
    await store.unlock(passphrase, { create: true });
    await store.write('lab', new Secret('first-value'));
    await store.lock();
    await store.read('lab');
    expect(states).toEqual(['unlocked', 'locked']);
  });

  it('writes only what has changed', async () => {
    const store = await filled();
    const before = await stat(file, { bigint: true });
    expect(await store.write('lab', new Secret('second-value'))).toEqual({ kind: 'durable', where: 'store' });
    expect(await store.remove('nobody')).toEqual({ kind: 'removed' });
    const after = await stat(file, { bigint: true });
    expect([after.ino, after.mtimeNs]).toEqual([before.ino, before.mtimeNs]);
  });

  it('serves calls made at once one after another, and loses none', async () => {
    const store = await filled();
    const names = Array.from({ length: 20 }, (_, index) => `account-${index}`);
    await Promise.all(names.map((name) => store.write(name, new Secret(`value of ${name}`))));
    await store.close();
    const again = await unlocked();
    for (const name of names) expect(await textOf(again, name)).toBe(`value of ${name}`);
  });
});

describe('a changed passphrase', () => {
  it('leaves nothing that opens with the old one', async () => {
    const store = await filled();
    await writeFile(`${file}.unreadable`, await readFile(file));
    expect(await store.changePassphrase(another, another)).toEqual({ kind: 'wrong_passphrase' });
    expect(await store.changePassphrase(passphrase, new Secret('short'))).toEqual({ kind: 'too_short' });
    expect(await store.changePassphrase(passphrase, another)).toEqual({ kind: 'unlocked' });
    expect(await textOf(store)).toBe('second-value');
    expect((await readdir(path.dirname(file))).sort()).toEqual(['tokens.sealed', 'tokens.sealed.previous']);

    expect(await open().unlock(passphrase, { create: false })).toEqual({ kind: 'wrong_passphrase' });
    expect(await textOf(await unlocked(another))).toBe('second-value');
    await rm(file);
    expect(await open().unlock(passphrase, { create: false })).toEqual({ kind: 'wrong_passphrase' });
    expect(await textOf(await unlocked(another))).toBe('second-value');
  });

  it('may be given while the store is locked, and unlocks it', async () => {
    await filled();
    const store = open();
    expect(await store.changePassphrase(passphrase, another)).toEqual({ kind: 'unlocked' });
    expect(store.state()).toBe('unlocked');
    expect(await open().changePassphrase(passphrase, another)).toEqual({ kind: 'wrong_passphrase' });
  });
});

describe('a damaged file', () => {
  it.each([
    ['cut short', () => truncate(file, 100)],
    ['empty', () => truncate(file, 0)],
    ['changed', () => writeFile(file, flip(90))],
    ['gone', () => rm(file)],
  ])('that is %s: the one before it is used, and that is said', async (_how, damage) => {
    await filled();
    original = await readFile(file);
    await damage();
    const store = await unlocked();
    expect(await textOf(store)).toBe('first-value');
    expect(store.note).toMatch(/damaged/);
    expect(logged()).toMatch(/^warn .*damaged/m);

    // The good one must survive the next write, too.
    await store.write('lab', new Secret('third-value'));
    await store.close();
    const again = await unlocked();
    expect(await textOf(again)).toBe('third-value');
    expect(again.note).toBeUndefined();
    await rm(file);
    expect(await textOf(await unlocked())).toBe('first-value');
  });

  it('is corrupt, not empty and not a wrong passphrase, where the one before it is no better', async () => {
    await filled();
    await truncate(file, 100);
    await truncate(`${file}.previous`, 100);
    const store = open();
    expect(await store.unlock(passphrase, { create: true })).toMatchObject({ kind: 'corrupt' });
    expect(store.state()).toBe('corrupt');
    expect((await stat(file)).size).toBe(100);
  });

  it('does not hide that the passphrase is wrong', async () => {
    await filled();
    await truncate(file, 100);
    expect(await open().unlock(another, { create: false })).toEqual({ kind: 'wrong_passphrase' });
  });

  it('costs nothing while the broker runs', async () => {
    const store = await filled();
    await truncate(file, 100);
    expect(await textOf(store)).toBe('second-value');
    expect(store.note).toMatch(/damaged/);
    expect(await store.write('other', new Secret('other-value'))).toEqual({ kind: 'durable', where: 'store' });
    expect(await textOf(await unlocked())).toBe('second-value');
    expect((await stat(`${file}.unreadable`)).size).toBe(100);
  });
});

describe('another program', () => {
  it('that restores a file sealed with the same keys is taken at its word, and that is said', async () => {
    const store = await filled();
    await rename(`${file}.previous`, file);
    expect(await textOf(store)).toBe('first-value');
    expect(logged()).toMatch(/changed by another program/);
  });

  it('that puts a file with another passphrase there locks the store', async () => {
    const store = await filled();
    const theirs = path.join(folder, 'theirs');
    const other = new EncryptedFileStore({ path: theirs, logger, cost });
    await other.unlock(another, { create: true });
    await rename(theirs, file);
    expect(await store.write('lab', new Secret('third-value'))).toMatchObject({ kind: 'locked' });
    expect(store.state()).toBe('locked');
    expect(await store.unlock(another, { create: false })).toEqual({ kind: 'unlocked' });
  });

  it('cannot lead us elsewhere by a link', async () => {
    await filled();
    await rename(file, `${file}.real`);
    await symlink(`${file}.real`, file);
    expect(await open().unlock(passphrase, { create: false })).toMatchObject({ kind: 'denied' });
  });

  it('does not stay able to read a file whose mode was opened', async () => {
    await filled();
    await chmod(file, 0o644);
    await unlocked();
    expect((await stat(file)).mode & 0o777).toBe(0o600);
  });
});

describe('a passphrase left for us', () => {
  it('makes the file and unlocks it', async () => {
    const store = open(async () => passphrase);
    expect(store.state()).toBe('unknown');
    expect(await store.read('lab')).toEqual({ kind: 'empty' });
    await store.write('lab', new Secret('first-value'));
    expect(await textOf(open(async () => passphrase))).toBe('first-value');
  });

  it('is not used again after lock()', async () => {
    const store = open(async () => passphrase);
    await store.write('lab', new Secret('first-value'));
    await store.lock();
    expect(await textOf(store)).toBe('locked');
    await store.unlock(passphrase, { create: false });
    expect(await textOf(store)).toBe('first-value');
  });

  it('that is wrong, or unusable, is said; the right one is taken as soon as it is there', async () => {
    await filled();
    let left: Awaited<ReturnType<PassphraseSource>> = another;
    const store = open(async () => left);
    expect(await store.read('lab')).toMatchObject({ kind: 'locked', detail: expect.stringContaining('not the right') });
    left = { detail: 'a file that others can read' };
    expect(await store.read('lab')).toMatchObject({ kind: 'locked', detail: 'a file that others can read' });
    left = passphrase;
    expect(await textOf(store)).toBe('second-value');
  });

  it('once only and wrong is said to everyone who asks, until somebody unlocks or locks by hand', async () => {
    await filled();
    const leaveOnce = (): EncryptedFileStore => {
      const left = [another];
      return open(async () => left.pop());
    };
    const refused = { kind: 'locked', detail: expect.stringContaining('not the right') };
    const store = leaveOnce();
    expect(await store.read('lab')).toMatchObject(refused);
    expect(await store.removalTrouble()).toMatchObject(refused);
    expect(await store.read('lab')).toMatchObject(refused);
    await store.unlock(passphrase, { create: false });
    await store.lock();
    expect(await store.read('lab')).toEqual({ kind: 'locked', store: 'encrypted-file' });

    const without = leaveOnce();
    expect(await without.read('lab')).toMatchObject(refused);
    await rm(path.dirname(file), { recursive: true });
    expect(await without.read('lab')).toMatchObject({ kind: 'locked', vacant: true });
  });
});

describe('a disk that fails', () => {
  it('leaves what was there, and says so', async () => {
    const store = await filled();
    const state = path.dirname(file);
    await rename(state, `${state}.away`);
    await writeFile(state, 'no folder');
    expect(await store.write('lab', new Secret('third-value'))).toMatchObject({ kind: 'denied' });
    await rm(state);
    await rename(`${state}.away`, state);
    expect(await textOf(store)).toBe('second-value');
    expect(await textOf(await unlocked())).toBe('second-value');
  });
});

let original: Buffer;
function flip(at: number): Buffer {
  const bytes = Buffer.from(original);
  bytes[at] = (bytes[at] ?? 0) ^ 4;
  return bytes;
}

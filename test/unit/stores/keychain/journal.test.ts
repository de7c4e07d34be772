import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Secret } from '../../../../core/secret.ts';
import { Journal } from '../../../../core/stores/keychain/journal.ts';
import { newJournalKey } from '../../../../core/stores/keychain/sentinel.ts';

describe('journal', () => {
  let folder: string;
  let file: string;
  const key = newJournalKey();

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'keytray-journal-'));
    file = join(folder, 'state', 'journal');
  });
  afterEach(() => rm(folder, { recursive: true }));

  const opened = async (withKey = key): Promise<Journal> => {
    const journal = new Journal(file);
    await journal.unlock(withKey);
    return journal;
  };

  it('finds in a new process what an earlier one kept', async () => {
    const first = await opened();
    await first.put('lab', new Secret('one'));
    await first.put('gitlab@work', new Secret('two'));
    await first.put('lab', new Secret('three'));

    const second = await opened();
    expect(second.get('lab')?.reveal()).toBe('three');
    expect(second.get('gitlab@work')?.reveal()).toBe('two');
  });

  it('remembers removals, in order with values, and shows them as nothing', async () => {
    const first = await opened();
    await first.put('lab', new Secret('one'));
    await first.putRemoval('lab');
    await first.putRemoval('gitlab');
    await first.put('gitlab', new Secret('two'));

    const second = await opened();
    expect(second.items).toEqual(['lab', 'gitlab']);
    expect([second.get('lab'), second.removes('lab')]).toEqual([undefined, true]);
    expect([second.get('gitlab')?.reveal(), second.removes('gitlab')]).toEqual(['two', false]);
    expect([second.get('other'), second.removes('other')]).toEqual([undefined, false]);
  });

  it('takes nothing without a key', async () => {
    const journal = new Journal(file);
    expect(journal.usable).toBe(false);
    await expect(journal.put('lab', new Secret('one'))).rejects.toThrow(TypeError);
  });

  it('shows no value and belongs to its owner alone', async () => {
    const journal = await opened();
    await journal.put('lab', new Secret('a-very-secret-value'));
    const text = await readFile(file, 'utf8');
    expect(text).toContain('lab');
    expect(text).not.toContain('a-very-secret-value');
    expect(text).not.toContain(Buffer.from('a-very-secret-value').toString('base64'));
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect((await stat(join(folder, 'state'))).mode & 0o777).toBe(0o700);
  });

  it('is gone when it is cleared, also when it was already', async () => {
    const journal = await opened();
    await journal.put('lab', new Secret('one'));
    await journal.put('other', new Secret('two'));
    expect(journal.has('lab')).toBe(true);
    await journal.clear();
    await journal.clear();
    expect(journal.has('lab')).toBe(false);
    expect(journal.items).toEqual([]);
    expect(await journal.present()).toBe(false);
    expect(await readdir(join(folder, 'state'))).toEqual([]);
  });

  it('does not open an entry that was moved to another item', async () => {
    const journal = await opened();
    await journal.put('lab', new Secret('one'));
    await journal.put('gitlab', new Secret('two'));
    const stored = JSON.parse(await readFile(file, 'utf8'));
    stored.entries.gitlab = stored.entries.lab;
    await writeFile(file, JSON.stringify(stored));
    expect(await new Journal(file).unlock(key)).toBe('set_aside');
  });

  it.each([
    ['cut short', (text: string) => text.slice(0, -20)],
    ['changed', (text: string) => text.replace(/"tag":"./, '"tag":"!')],
    ['of a later version', (text: string) => text.replace('"version":1', '"version":2')],
  ])('is set aside, not deleted, when %s', async (_, damage) => {
    const journal = await opened();
    await journal.put('lab', new Secret('one'));
    await writeFile(file, damage(await readFile(file, 'utf8')));

    const later = new Journal(file);
    expect(await later.unlock(key)).toBe('set_aside');
    expect(later.items).toEqual([]);
    expect(await readdir(join(folder, 'state'))).toEqual(['journal.unreadable']);
    await later.put('lab', new Secret('two'));
    expect((await opened()).get('lab')?.reveal()).toBe('two');
  });

  it('is set aside beside what was set aside before', async () => {
    for (const value of ['one', 'two', 'three']) {
      await (await opened()).put('lab', new Secret(value));
      expect(await new Journal(file).unlock(newJournalKey())).toBe('set_aside');
    }
    expect((await readdir(join(folder, 'state'))).sort()).toEqual([
      'journal.unreadable',
      'journal.unreadable.1',
      'journal.unreadable.2',
    ]);
  });

  it('is set aside when its key is another', async () => {
    const journal = await opened();
    await journal.put('lab', new Secret('one'));
    expect(await new Journal(file).unlock(newJournalKey())).toBe('set_aside');
  });

  it('keeps the earlier values when the disk refuses a new one', async () => {
    const journal = await opened();
    await journal.put('lab', new Secret('one'));
    await mkdir(`${file}.new`);
    await expect(journal.put('lab', new Secret('two'))).rejects.toThrow();
    expect(journal.get('lab')?.reveal()).toBe('one');
    expect((await opened()).get('lab')?.reveal()).toBe('one');
  });
});

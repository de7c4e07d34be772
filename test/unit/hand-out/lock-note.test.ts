import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LockNoteFile } from '../../../core/hand-out/lock-note.ts';
import { MemoryLogger } from '../../support/broker-socket.ts';

let folder: string;
let file: string;
const logger = new MemoryLogger();
const note = () => new LockNoteFile(file, logger);

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'keytray-lock-'));
  file = join(folder, 'state/locked');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe('the note of a lock', () => {
  it('is there while it is locked, for this user alone', async () => {
    expect(note().read()).toBe('unlocked');
    await note().write('locked');
    expect(note().read()).toBe('locked');
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(await readFile(file, 'utf8')).toContain('keytray unlock');
    await note().write('unlocked');
    expect([note().read(), await readdir(join(folder, 'state'))]).toEqual(['unlocked', []]);
    await note().write('unlocked');
  });

  it('is on the disk as the last one said, of several at once', async () => {
    const one = note();
    await Promise.all([one.write('locked'), one.write('unlocked'), one.write('locked')]);
    expect(one.read()).toBe('locked');
    await Promise.all([one.write('unlocked'), one.write('locked'), one.write('unlocked')]);
    expect(one.read()).toBe('unlocked');
  });

  it.each([
    ['is empty', () => writeFile(file, '')],
    ['is a folder', () => mkdir(file)],
    ['is a link that leads nowhere', () => symlink('/nowhere', file)],
    [
      'can be written by others',
      async () => {
        await writeFile(file, 'unlocked');
        await chmod(file, 0o666);
      },
    ],
  ])('means locked where it %s', async (_what, lay) => {
    await mkdir(join(folder, 'state'));
    await lay();
    expect(note().read()).toBe('locked');
  });

  it('says what is in the way where it cannot be removed', async () => {
    await mkdir(file, { recursive: true });
    await expect(note().write('unlocked')).rejects.toMatchObject({
      code: 'misconfigured',
      message: `${file} cannot be removed`,
      detail: 'ERR_FS_EISDIR',
    });
  });
});

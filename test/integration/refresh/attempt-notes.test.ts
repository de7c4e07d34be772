import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AttemptNoteFiles } from '../../../core/refresh/attempt-notes.ts';
import { MemoryLogger } from '../../support/broker-socket.ts';

describe('the note of a refresh', () => {
  let folder: string;
  const logger = new MemoryLogger();
  const process = async (): Promise<AttemptNoteFiles> => {
    const notes = new AttemptNoteFiles(join(folder, 'refreshing'), logger);
    await notes.load();
    return notes;
  };

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'keytray-notes-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  it('tells the next process of a refresh whose answer nobody saw', async () => {
    await (await process()).begin('gitlab@work', 7);
    const next = await process();
    expect(next.interrupted('gitlab@work', 7)).toBe(true);
    expect(next.interrupted('gitlab@work', 8)).toBe(false);
    expect(next.interrupted('lab', 7)).toBe(false);
  });

  it('is gone when the answer was dealt with', async () => {
    const first = await process();
    await first.begin('lab', 1);
    await first.end('lab');
    expect(await readdir(join(folder, 'refreshing'))).toEqual([]);
    const next = await process();
    expect(next.interrupted('lab', 1)).toBe(false);
    await next.begin('lab', 1);
    expect(next.interrupted('lab', 1)).toBe(false);
  });

  it('that is no note of ours is removed and believed by nobody', async () => {
    await (await process()).begin('lab', 1);
    await writeFile(join(folder, 'refreshing', 'lab'), '{"generation":"1"}');
    expect((await process()).interrupted('lab', 1)).toBe(false);
    expect(await readdir(join(folder, 'refreshing'))).toEqual([]);
  });

  it('that cannot be written keeps nobody from anything', async () => {
    await writeFile(join(folder, 'refreshing'), 'a file in the way');
    const notes = await process();
    await notes.begin('lab', 1);
    await notes.end('lab');
    expect(JSON.stringify(logger.lines)).toContain('a note of a refresh cannot be kept');
  });
});

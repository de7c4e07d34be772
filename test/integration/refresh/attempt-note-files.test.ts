import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AttemptNoteFiles, noAttemptNotes } from '../../../core/refresh/attempt-notes.ts';
import { MemoryLogger } from '../../support/broker-socket.ts';

describe('the files of refreshes under way', () => {
  let home: string;
  let folder: string;
  let logger: MemoryLogger;
  const load = async (): Promise<AttemptNoteFiles> => {
    const notes = new AttemptNoteFiles(folder, logger);
    await notes.load();
    return notes;
  };

  beforeEach(async () => {
    home = await mkdtemp(join(tmpdir(), 'keytray-notes-'));
    folder = join(home, 'not', 'there', 'yet');
    logger = new MemoryLogger();
  });
  afterEach(() => rm(home, { recursive: true, force: true }));

  it('are for their owner alone, and hold a generation and a time', async () => {
    await (await load()).begin('lab', 3);
    expect((await stat(folder)).mode & 0o777).toBe(0o700);
    expect((await stat(join(folder, 'lab'))).mode & 0o777).toBe(0o600);
    const note: unknown = JSON.parse(await readFile(join(folder, 'lab'), 'utf8'));
    expect(note).toEqual({ generation: 3, at: expect.stringMatching(/^\d{4}-\d\d-\d\dT/) });
    expect(logger.lines).toEqual([]);
  });

  it('are told of by the next process', async () => {
    await (await load()).begin('lab/../../x', 3);
    expect(await readdir(folder)).toEqual(['lab%2F..%2F..%2Fx']);
    const next = await load();
    expect(next.interrupted('lab/../../x', 3)).toBe(true);
    expect(logger.lines).toMatchObject([
      { level: 'warn', message: 'the last process ended during a refresh', fields: { account: 'lab/../../x' } },
    ]);
    expect(logger.lines[0]?.fields.at).toMatch(/^\d{4}-/);
    await next.end('lab/../../x');
    expect(next.interrupted('lab/../../x', 3)).toBe(false);
  });

  it.each(['', 'no JSON', '{}', '{"generation":0,"at":"x"}', '{"generation":1.5,"at":"x"}', '{"generation":1}'])(
    'that hold %j are removed',
    async (text) => {
      await mkdir(folder, { recursive: true });
      await writeFile(join(folder, 'lab'), text);
      expect((await load()).interrupted('lab', 1)).toBe(false);
      expect(await readdir(folder)).toEqual([]);
      expect(logger.lines).toEqual([]);
    },
  );

  it('that were never written are ended without a word', async () => {
    const notes = await load();
    await notes.end('lab');
    expect(logger.lines).toEqual([]);
  });

  it('that cannot be written are told of by the reason', async () => {
    await writeFile(join(home, 'not'), 'a file in the way');
    const notes = await load();
    await notes.begin('lab', 1);
    expect(logger.lines).toMatchObject([
      { level: 'warn', message: 'a note of a refresh cannot be kept', fields: { why: 'ENOTDIR' } },
    ]);
  });

  it('are nothing where there is no disk', async () => {
    await noAttemptNotes.begin('lab', 1);
    expect(noAttemptNotes.interrupted('lab', 1)).toBe(false);
    await noAttemptNotes.end('lab');
  });
});

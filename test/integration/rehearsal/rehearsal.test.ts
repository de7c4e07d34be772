import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { rehearse } from '../../../core/host/rehearsal.ts';
import { MemoryLogger } from '../../support/broker-socket.ts';

const uid = process.getuid?.() ?? 0;
const never = new AbortController().signal;

describe('the rehearsal', () => {
  let folder: string;
  let logger: MemoryLogger;

  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'keytray-stage-'));
    vi.stubEnv('TMPDIR', folder);
    logger = new MemoryLogger();
  });

  afterEach(async () => {
    vi.unstubAllEnvs();
    await rm(folder, { recursive: true, force: true });
  });

  it('plays every call to its end and leaves nothing', async () => {
    await rehearse(uid, logger, never);
    expect(logger.lines).toEqual([]);
    expect(await readdir(folder)).toEqual([]);
  });

  it('says so where a call fails, and leaves nothing', async () => {
    await rehearse(uid + 1, logger, never);
    expect(logger.lines).toMatchObject([{ level: 'debug', message: 'the rehearsal was broken off' }]);
    expect(await readdir(folder)).toEqual([]);
  });

  it('says so where there is no place for its socket', async () => {
    vi.stubEnv('TMPDIR', path.join(folder, 'missing'));
    await rehearse(uid, logger, never);
    expect(logger.lines).toMatchObject([{ fields: { why: expect.stringContaining('ENOENT') } }]);
  });

  it('ends at once when the broker does', async () => {
    const closing = new AbortController();
    const rehearsal = rehearse(uid, logger, closing.signal);
    await vi.waitFor(async () => expect(await readdir(folder)).toHaveLength(1));
    closing.abort();
    await rehearsal;
    expect(logger.lines).toEqual([]);
    expect(await readdir(folder)).toEqual([]);
  });
});

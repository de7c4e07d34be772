import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AttemptNoteFiles } from '../../../core/refresh/attempt-notes.ts';
import { caller, type Laboratory, startLaboratory } from '../../support/broker.ts';
import { MemoryLogger } from '../../support/broker-socket.ts';

describe('the note that a refresh token is being spent', () => {
  let folder: string;
  let lab: Laboratory;
  const notes = () => readdir(folder);
  const ask = (request: object) => lab.broker.token('lab', request, caller).catch((error: unknown) => error);
  const answer = (status: number, error: string): void => {
    lab.server.faults.outage = {
      status,
      body: JSON.stringify({ error }),
      headers: { 'content-type': 'application/json' },
    };
  };

  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'keytray-attempts-'));
    lab = await startLaboratory({ parts: { attempts: new AttemptNoteFiles(folder, new MemoryLogger()) } });
    expect(await lab.signIn()).toMatchObject({ state: 'succeeded' });
  });
  afterEach(async () => {
    await lab.close();
    await rm(folder, { recursive: true, force: true });
  });

  it.each([
    ['the account’s own token', { force: true }],
    ['a token for another audience', { audience: 'https://api.lab.example' }],
  ])('of %s goes when the server has answered, and stays where it has not', async (_what, request) => {
    answer(503, 'temporarily_unavailable');
    await ask(request);
    expect(await notes()).toEqual(['lab']);
    answer(400, 'invalid_target');
    await ask(request);
    expect(await notes()).toEqual([]);
  });
});

import { chmod, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SealedFile } from '../../../core/stores/encrypted-file/sealed-file.ts';
import { Journal } from '../../../core/stores/keychain/journal.ts';
import { PlacementsFile } from '../../../core/stores/placements.ts';
import { MemoryLogger } from './fixture.ts';

const anywhere = { version: 1, accounts: [['lab', { holder: 'memory', leftovers: [] }]] };
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'keytray-state-'));
});

afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

describe('a file of the state folder that others may have written', () => {
  it('is no list of stores in use', async () => {
    const file = join(folder, 'stores.json');
    const logger = new MemoryLogger();
    await writeFile(file, JSON.stringify(anywhere), { mode: 0o600 });
    expect(await new PlacementsFile(file, logger).of('lab')).toMatchObject({ holder: 'memory' });
    await chmod(file, 0o666);
    expect(await new PlacementsFile(file, logger).of('lab')).toBeUndefined();
    expect(JSON.stringify(logger)).toContain(`run: chmod go-w ${file}`);
  });

  it('is no journal, by way of an open folder either', async () => {
    const file = join(folder, 'journal');
    await writeFile(file, '{}', { mode: 0o600 });
    expect(await new Journal(file).present()).toBe(true);
    await chmod(folder, 0o777);
    await expect(new Journal(file).present()).rejects.toThrow(`run: chmod go-w ${folder}`);
    await chmod(folder, 0o700);
    await chmod(file, 0o602);
    await expect(new Journal(file).present()).rejects.toThrow(`run: chmod go-w ${file}`);
  });

  it('is no encrypted file', async () => {
    const file = join(folder, 'tokens.sealed');
    await writeFile(file, 'x', { mode: 0o600 });
    const sealed = new SealedFile(file);
    expect(await sealed.read()).toMatchObject({ kind: 'read' });
    await chmod(folder, 0o777);
    expect(await sealed.read()).toMatchObject({ kind: 'refused', detail: expect.stringContaining('chmod go-w') });
    await chmod(folder, 0o700);
    await rm(file);
    await symlink('elsewhere', file);
    expect(await sealed.read()).toMatchObject({ kind: 'refused' });
  });
});

import { execFileSync } from 'node:child_process';
import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readRegularFile } from '../../../core/platform/regular-file.ts';

describe('a small regular file', () => {
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'keytray-file-'));
  });

  afterAll(async () => {
    await rm(folder, { recursive: true, force: true });
  });

  it('is read as text', async () => {
    await writeFile(join(folder, 'a'), 'é\n');
    expect(await readRegularFile(join(folder, 'a'))).toEqual({ kind: 'text', text: 'é\n' });
  });

  it('is absent where its folder is, or where a file stands in its way', async () => {
    await writeFile(join(folder, 'b'), '');
    expect(await readRegularFile(join(folder, 'nowhere/x'))).toEqual({ kind: 'absent' });
    expect(await readRegularFile(join(folder, 'b/x'))).toEqual({ kind: 'absent' });
  });

  it('is not a pipe that nobody writes to, a folder, or a device', async () => {
    execFileSync('mkfifo', [join(folder, 'pipe')]);
    for (const path of [join(folder, 'pipe'), folder, '/dev/zero']) {
      expect(await readRegularFile(path)).toMatchObject({ kind: 'unreadable' });
    }
  });

  it('is not a file of gigabytes', async () => {
    await writeFile(join(folder, 'huge'), '');
    await truncate(join(folder, 'huge'), 2 ** 33);
    expect(await readRegularFile(join(folder, 'huge'))).toMatchObject({ kind: 'unreadable' });
  });
});

import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeFolder } from '../../../core/platform/make-folder.ts';

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'keytray-folder-'));
});
afterEach(() => rmSync(home, { recursive: true }));

describe('a folder', () => {
  it('is made with the way to it, for its owner alone, and stays as it is when it is there', () => {
    const folder = join(home, 'a', 'b', 'c');
    expect(makeFolder(folder)).toBe(join(home, 'a'));
    expect(makeFolder(folder)).toBeUndefined();
    for (const path of ['a', 'a/b', 'a/b/c']) expect(statSync(join(home, path)).mode & 0o777).toBe(0o700);
  });

  it.each(['/proc/nowhere/keytray', '/proc/self/keytray/a/b', '/sys/keytray'])(
    'that the system takes nowhere is an error, and no endless round: %s',
    (folder) => {
      expect(() => makeFolder(folder)).toThrow(/ENOENT|EPERM|EACCES|EROFS/);
    },
  );

  it('in the place of a file, or below one, is an error', () => {
    writeFileSync(join(home, 'file'), '');
    expect(() => makeFolder(join(home, 'file'))).toThrow('EEXIST');
    expect(() => makeFolder(join(home, 'file', 'a'))).toThrow('ENOTDIR');
  });
});

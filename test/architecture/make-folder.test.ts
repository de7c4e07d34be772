import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { repositoryRoot, sourceFiles } from './source-files.ts';

/** Node's own goes round for ever below /proc (core/platform/make-folder.ts), and takes a core with it. */
const recursive = /\bmkdir(?:Sync)?\([^;]*\brecursive: true/;

describe('folders of the product', () => {
  it('are made by makeFolder alone', () => {
    const product = sourceFiles(repositoryRoot).filter((file) => /^(?:core|cli|client|electron)\//.test(file));
    expect(product.length).toBeGreaterThan(100);
    expect(product.filter((file) => recursive.test(readFileSync(join(repositoryRoot, file), 'utf8')))).toEqual([]);
  });

  it('would be found out otherwise', () => {
    expect(recursive.test('await mkdir(dirname(file), { recursive: true, mode: 0o700 });')).toBe(true);
    expect(recursive.test('mkdirSync(folder, { recursive: true });')).toBe(true);
    expect(recursive.test('mkdirSync(folder, { mode });')).toBe(false);
  });
});

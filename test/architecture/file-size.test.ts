import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { repositoryRoot, sourceFiles } from './source-files.ts';

const limits = { source: 250, test: 400 };

/** Files longer than their limit, each with its length. */
function tooLong(files: readonly { readonly file: string; readonly text: string }[]): readonly string[] {
  return files
    .map(({ file, text }) => ({ file, lines: text.split('\n').length - (text.endsWith('\n') ? 1 : 0) }))
    .filter(({ file, lines }) => lines > (file.startsWith('test/') ? limits.test : limits.source))
    .map(({ file, lines }) => `${file}: ${lines} lines`);
}

describe('file size', () => {
  it('stays at one idea per file, without exceptions', () => {
    const files = sourceFiles(repositoryRoot);
    expect(files).not.toEqual([]);
    expect(tooLong(files.map((file) => ({ file, text: readFileSync(join(repositoryRoot, file), 'utf8') })))).toEqual(
      [],
    );
  });

  it('is found too large one line over the limit', () => {
    const text = (lines: number) => 'x\n'.repeat(lines);
    expect(tooLong([{ file: 'core/a.ts', text: text(250) }])).toEqual([]);
    expect(tooLong([{ file: 'core/a.ts', text: text(251) }])).toEqual(['core/a.ts: 251 lines']);
    expect(tooLong([{ file: 'test/a.test.ts', text: text(400) }])).toEqual([]);
    expect(tooLong([{ file: 'test/a.test.ts', text: text(401) }])).toEqual(['test/a.test.ts: 401 lines']);
  });
});

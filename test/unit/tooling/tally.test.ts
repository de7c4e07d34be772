import { describe, expect, it } from 'vitest';
import { needsRootNote } from '../../support/needs-root.ts';
import { type ModuleOutcome, tallyLines, tallyOf, tallyStatus } from '../../support/tally.ts';

const good: ModuleOutcome = { file: 'a.test.ts', errors: 0, tests: [{ kind: 'passed' }, { kind: 'passed' }] };

describe('the closing line', () => {
  it('counts what passed and failed', () => {
    const tally = tallyOf([good, { file: 'b.test.ts', errors: 0, tests: [{ kind: 'failed' }] }], 0);
    expect(tallyLines(tally)).toEqual(['2 passed, 1 failed']);
    expect(tallyStatus(tally)).toBe(1);
  });

  it('names and counts apart what was not run', () => {
    const rooted = { kind: 'not_run', name: 'mounts a folder', note: needsRootNote } as const;
    const tally = tallyOf([good, { file: 'b.test.ts', errors: 0, tests: [rooted] }], 0);
    expect(tallyLines(tally)).toEqual(['not run: needs root (mounts a folder)', '2 passed, 0 failed, 1 skipped']);
    expect(tallyStatus(tally)).toBe(0);
  });

  it('counts a file that did not load, and a rejection nobody awaited', () => {
    const tally = tallyOf([good, { file: 'b.test.ts', errors: 1, tests: [] }], 1);
    expect(tallyLines(tally)).toEqual(['2 passed, 2 failed']);
    expect(tallyStatus(tally)).toBe(1);
  });

  it('is a failure when nothing ran', () => {
    const tally = tallyOf([{ file: 'b.test.ts', errors: 0, tests: [] }], 0);
    expect(tallyLines(tally)).toEqual(['0 passed, 0 failed']);
    expect(tallyStatus(tally)).toBe(1);
  });
});

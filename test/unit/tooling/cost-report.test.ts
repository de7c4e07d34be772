import { describe, expect, it } from 'vitest';
import { costLines } from '../../support/cost-report.ts';

const fileOf = (index: number) => ({ file: `test/${index}.test.ts`, cpu: index, wall: 100 - index });

describe('the cost of a run', () => {
  it('names the ten files that took most CPU time, dearest first, with the time on the clock', () => {
    const lines = costLines({
      files: [5, 11, 3, 1, 2, 4, 6, 7, 8, 9, 10, 12].map(fileOf),
      total: 120,
      counts: 'cgroup',
    });
    expect(lines).toHaveLength(12);
    expect(lines[0]).toBe('        CPU       wall  slowest files, in seconds');
    expect(lines[1]).toBe('       12.0       88.0  test/12.test.ts');
    expect(lines[10]).toBe('        3.0       97.0  test/3.test.ts');
  });

  it('ends with the whole, and what of it no file is to be charged with', () => {
    const files = [fileOf(30), fileOf(60)];
    expect(costLines({ files, total: 120, counts: 'cgroup' }).at(-1)).toBe(
      'CPU time of the run: 2.00 min, 0.50 min of it outside the files (every descendant, counted by a cgroup)',
    );
  });

  it('says where daemons were not counted', () => {
    expect(costLines({ files: [], total: 6, counts: 'children' }).at(-1)).toContain('0.10 min, 0.10 min of it');
    expect(costLines({ files: [], total: 6, counts: 'children' }).at(-1)).toContain('without daemons');
  });
});

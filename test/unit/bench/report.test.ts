import { describe, expect, it } from 'vitest';
import { type Row, tableOf, wrongCounts } from '../../bench/report.ts';

const cache = { name: 'cache', value: 10 };
const atMost = { kind: 'at_most', value: 90, unit: 'MB' } as const;
const timesPeer = { kind: 'at_most_times_peer', factor: 1.1 } as const;
const exactlyOne = { kind: 'exactly', value: 1 } as const;

/** The last cell of a table of this row alone. */
function verdict(row: Partial<Row>): string {
  const table = tableOf([{ what: 'fill', unit: 'ms', ours: 11, ...row }]);
  return (
    table
      .split('\n')
      .at(-1)
      ?.split(/\s{2,}/)
      .at(-1) ?? ''
  );
}

describe('the table', () => {
  it('puts both figures, their ratio and the budget in one line', () => {
    const rows: readonly Row[] = [
      { what: 'fill', unit: 'ms', ours: 12.34, peer: cache, budget: timesPeer },
      { what: 'token requests', unit: '', ours: 1, peer: { name: 'agent', value: 3 }, budget: exactlyOne },
      { what: 'memory', unit: 'MB', ours: 75.94, budget: atMost },
    ];
    expect(tableOf(rows).split('\n')).toEqual([
      'what            Keytray  peer           ratio  budget        met',
      '──────────────  ───────  ─────  ─────  ──────  ────────────  ───',
      'fill            12.3 ms  cache  10 ms  1.23 ×  ≤ 1.1 × peer  no',
      'token requests        1  agent      3          exactly 1     yes',
      'memory          75.9 MB                        ≤ 90 MB       yes',
    ]);
  });

  it.each<[string, Partial<Row>]>([
    ['yes', { peer: cache, budget: timesPeer }],
    ['no', { ours: 11.01, peer: cache, budget: timesPeer }],
    ['no', { budget: timesPeer }],
    ['yes', { ours: 90, budget: atMost }],
    ['no', { ours: 91, budget: atMost }],
    ['yes', { ours: 5000, budget: { kind: 'at_least', value: 5000, unit: '/s' } }],
    ['no', { ours: 4999, budget: { kind: 'at_least', value: 5000, unit: '/s' } }],
    ['no', { ours: 0, budget: exactlyOne }],
  ])('says %s of %j', (expected, row) => {
    expect(verdict(row)).toBe(expected);
  });
});

describe('wrong counts', () => {
  it('are counts that are not exact, whatever the times', () => {
    const rows: readonly Row[] = [
      { what: 'slow', unit: 'ms', ours: 9999, peer: cache, budget: timesPeer },
      { what: 'large', unit: 'MB', ours: 9999, budget: atMost },
      { what: 'token requests', unit: '', ours: 2, budget: exactlyOne },
      { what: 'right', unit: '', ours: 1, budget: exactlyOne },
    ];
    expect(wrongCounts(rows)).toEqual(['token requests: 2, not 1']);
  });
});

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { budgets, budgetText } from '../../bench/budgets.ts';

/** The second column of the first table under `## Budgets`. */
function documentedBudgets(): readonly string[] {
  const text = readFileSync(join(import.meta.dirname, '../../../docs/benchmarks.md'), 'utf8');
  const section = text.split(/^## /m).find((part) => part.startsWith('Budgets')) ?? '';
  const rows = section.split('\n').filter((line) => line.startsWith('|'));
  return rows.slice(2).map((line) => line.split('|')[2]?.trim() ?? '');
}

describe('budgets', () => {
  it('are the documented ones, in the same order', () => {
    expect(documentedBudgets()).toEqual(Object.values(budgets).map(budgetText));
  });
});

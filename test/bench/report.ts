import { type Budget, budgetText, isWithin } from './budgets.ts';
import { textTable } from './text-table.ts';

export interface Row {
  readonly what: string;
  readonly unit: string;
  readonly ours: number;
  readonly peer?: { readonly name: string; readonly value: number };
  readonly budget?: Budget;
}

const headings = ['what', 'Keytray', 'peer', '', 'ratio', 'budget', 'met'] as const;
const numeric: ReadonlySet<number> = new Set([1, 3, 4]);

/** All rows as one table for a terminal. */
export function tableOf(rows: readonly Row[]): string {
  return textTable(headings, rows.map(cellsOf), numeric);
}

function cellsOf(row: Row): readonly string[] {
  const { peer, budget } = row;
  return [
    row.what,
    numberText(row.ours, row.unit),
    peer?.name ?? '',
    peer === undefined ? '' : numberText(peer.value, row.unit),
    // Counts are compared by looking at them.
    peer === undefined || row.unit === '' ? '' : `${significant(row.ours / peer.value)} ×`,
    budget === undefined ? '' : budgetText(budget),
    verdictOf(row),
  ];
}

function verdictOf(row: Row): string {
  if (row.budget === undefined) return '';
  return isWithin(row.budget, row.ours, row.peer?.value) ? 'yes' : 'no';
}

export const numberText = (value: number, unit: string): string =>
  unit === '' ? `${value}` : `${significant(value)} ${unit}`;

export function significant(value: number): string {
  return value >= 100 ? value.toFixed(0) : Number(value.toPrecision(3)).toString();
}

/** Rows whose count is wrong. Times are never wrong, only slow. */
export function wrongCounts(rows: readonly Row[]): readonly string[] {
  return rows
    .filter(({ budget, ours }) => budget?.kind === 'exactly' && !isWithin(budget, ours, undefined))
    .map(({ what, ours, budget }) => `${what}: ${ours}, not ${budget?.kind === 'exactly' ? budget.value : ''}`);
}

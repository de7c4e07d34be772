import { numberText, significant } from '../report.ts';
import { median } from '../statistics.ts';
import { textTable } from '../text-table.ts';
import type { Series, Verdict } from './judge.ts';
import type { ComparedRow, Outcome } from './outcome.ts';

const numeric: ReadonlySet<number> = new Set([1, 2, 3, 4, 5, 8]);

/** `there` and `here` are the names of the two builds. */
export function comparisonTable({ rows }: Outcome, there: string, here: string): string {
  const headings = ['what', there, 'range', here, 'range', 'change', 'verdict', 'peer', 'here / peer'];
  return textTable(headings, rows.map(cellsOf), numeric);
}

function cellsOf(row: ComparedRow): readonly string[] {
  return [
    row.what,
    ...figureCells(row.there, row.unit),
    ...figureCells(row.here, row.unit),
    changeText(row),
    verdictText(row.verdict),
    row.beside === undefined ? '' : (row.peer ?? ''),
    peerText(row),
  ];
}

function figureCells(series: Series, unit: string): readonly string[] {
  if (series.kind === 'missing') return ['none', ''];
  const { runs } = series;
  return [numberText(median(runs), unit), `${significant(Math.min(...runs))}–${significant(Math.max(...runs))}`];
}

function changeText({ here, there }: ComparedRow): string {
  if (here.kind === 'missing' || there.kind === 'missing') return '';
  const [ours, theirs] = [median(here.runs), median(there.runs)];
  if (ours === theirs) return '0 %';
  const percent = (ours / theirs - 1) * 100;
  return Number.isFinite(percent) ? `${percent > 0 ? '+' : ''}${percent.toFixed(1)} %` : '';
}

function peerText({ here, beside }: ComparedRow): string {
  // Counts may be 0.
  return here.kind === 'missing' || !beside ? '' : `${significant(median(here.runs) / beside)} ×`;
}

function verdictText({ kind }: Verdict): string {
  switch (kind) {
    case 'same':
      return '';
    case 'better':
      return 'better';
    case 'worse':
      return 'WORSE';
    case 'new':
      return 'only here';
    case 'lost':
      return 'LOST';
    case 'unmeasured':
      return 'NOT MEASURED';
  }
}

/** What the table cannot say: why a figure is missing, wrong answers, and how it ends. */
export function comparisonLines({ rows, problems }: Outcome, there: string, here: string): readonly string[] {
  const missing = rows.flatMap((row) =>
    [
      { name: there, series: row.there },
      { name: here, series: row.here },
    ].flatMap(({ name, series }) =>
      series.kind === 'missing' ? [`${name}, ${row.what.trim()}: ${series.reason}`] : [],
    ),
  );
  const named = (kind: Verdict['kind']) => rows.filter(({ verdict }) => verdict.kind === kind).map(({ id }) => id);
  const count = (kind: Verdict['kind'], words: string): readonly string[] => {
    const ids = named(kind);
    return ids.length === 0 ? [] : [`${words}: ${ids.join(', ')}`];
  };
  return [
    ...missing,
    ...problems.map((problem) => `wrong: ${problem}`),
    ...count('better', 'better'),
    ...count('new', `only here, ${there} cannot do it`),
    ...count('lost', `lost, ${there} can do it`),
    ...count('unmeasured', 'not measured on either side'),
    ...(named('worse').length === 0 ? ['no row is worse'] : count('worse', 'worse')),
  ];
}

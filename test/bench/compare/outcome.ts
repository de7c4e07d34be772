import { median } from '../statistics.ts';
import type { Entry, RunReport, Side } from './figures.ts';
import { fails, judge, type Series, type Verdict } from './judge.ts';
import { comparedRows, type RowId, type RowKind, rowIds } from './rows.ts';

export interface ComparedRow extends RowKind {
  readonly id: RowId;
  readonly here: Series;
  readonly there: Series;
  /** The median of its runs. */
  readonly beside: number | undefined;
  readonly verdict: Verdict;
}

export interface Outcome {
  readonly rows: readonly ComparedRow[];
  /** Wrong answers of this checkout, each once. */
  readonly problems: readonly string[];
  /** Whether the comparison ends with 1. */
  readonly failed: boolean;
}

/** Judges each row by its figures of all runs. A row that a run could not measure is missing. */
export function outcomeOf(runs: readonly RunReport[]): Outcome {
  const rows = rowIds.map((id): ComparedRow => {
    const kind: RowKind = comparedRows[id];
    const here = seriesOf(runs, 'here', id);
    const there = seriesOf(runs, 'there', id);
    const peer = figuresOf(runs, 'peer', id);
    return {
      ...kind,
      id,
      here,
      there,
      beside: peer.length === 0 ? undefined : median(peer),
      verdict: judge(kind.better, here, there),
    };
  });
  const problems = [...new Set(runs.flatMap((run) => run.problems))];
  return { rows, problems, failed: problems.length > 0 || rows.some(({ verdict }) => fails(verdict)) };
}

function seriesOf(runs: readonly RunReport[], side: Side, id: RowId): Series {
  const misses = runs.flatMap(({ missing }) => missing.filter((miss) => miss.side === side && miss.rows.includes(id)));
  const [first, ...others] = figuresOf(runs, side, id);
  if (misses[0] !== undefined) return { kind: 'missing', reason: misses[0].reason };
  if (first === undefined || others.length + 1 < runs.length) return { kind: 'missing', reason: 'no figure' };
  return { kind: 'measured', runs: [first, ...others] };
}

function figuresOf(runs: readonly RunReport[], entry: Entry, id: RowId): readonly number[] {
  return runs.flatMap(({ figures }) => figures[entry][id] ?? []);
}

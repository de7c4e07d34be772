import { stripVTControlCharacters } from 'node:util';
import { z } from 'zod';
import { type RowId, rowIds } from './rows.ts';

/** This checkout, and the revision it is compared with. */
export const sides = ['here', 'there'] as const;
export type Side = (typeof sides)[number];
export type Entry = Side | 'peer';

const figures = z.partialRecord(z.enum(rowIds), z.number());
export type Figures = z.infer<typeof figures>;

/** What one run found. */
export const runReport = z.object({
  figures: z.object({ here: figures, there: figures, peer: figures }),
  /** Rows a side could not do, and what happened. */
  missing: z.array(z.object({ side: z.enum(sides), rows: z.array(z.enum(rowIds)), reason: z.string() })),
  /** Wrong answers of this checkout. */
  problems: z.array(z.string()),
});
export type RunReport = z.infer<typeof runReport>;

/** Of what a program or a browser said, which may be coloured and long. */
function firstLine(text: string): string {
  return stripVTControlCharacters(text).trim().split('\n')[0] ?? '';
}

/** Where a run writes its figures down. */
export interface Book {
  note(entry: Entry, row: RowId, value: number): void;
  miss(side: Side, rows: readonly RowId[], error: unknown): void;
  wrong(problem: string): void;
  report(): RunReport;
}

export function createBook(): Book {
  const noted = { here: {}, there: {}, peer: {} } satisfies Record<Entry, Figures>;
  const missing: RunReport['missing'] = [];
  const problems: string[] = [];
  return {
    note(entry, row, value) {
      Object.assign(noted[entry], { [row]: value });
    },
    miss(side, rows, error) {
      missing.push({
        side,
        rows: [...rows],
        reason: firstLine(error instanceof Error ? error.message : String(error)),
      });
    },
    wrong: (problem) => void problems.push(problem),
    report: () => ({ figures: noted, missing, problems }),
  };
}

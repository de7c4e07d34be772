import type { FailureCode } from '../errors.ts';
import { plainText } from '../untrusted/plain-text.ts';

/** What a service says when something is wrong, and what that means. Rows are tried in order. */
export interface FailureRow {
  /** HTTP status; any where absent. */
  readonly status?: number;
  /** In the words of the service; any where absent. */
  readonly words?: RegExp;
  readonly code: FailureCode;
  /** The key itself is refused: it is of no use any more. Any other failure keeps it. */
  readonly refusesKey?: true;
  /** Without a full stop. `$1` stands for the first group of `words`. */
  readonly cause: string;
  /** What to do, in a sentence. */
  readonly advice?: string;
}

export interface Explained {
  readonly code: FailureCode;
  readonly cause: string;
  readonly advice: string | undefined;
  readonly refusesKey: boolean;
}

/** What the service meant; undefined where the table does not know it. Pure. */
export function explainFailure(
  rows: readonly FailureRow[],
  said: { readonly status?: number; readonly words: string },
): Explained | undefined {
  for (const row of rows) {
    const match = row.words === undefined ? undefined : row.words.exec(said.words);
    if (match === null || (row.status !== undefined && row.status !== said.status)) continue;
    const cause = row.cause.replace('$1', () => plainText(match?.[1] ?? ''));
    return { code: row.code, cause, advice: row.advice, refusesKey: row.refusesKey === true };
  }
  return undefined;
}

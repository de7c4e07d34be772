import type { Mask } from './masked-line.ts';

/** Lines with their ends; a missing last one counts as there, or the line would show as changed. */
function linesOf(text: string): readonly string[] {
  return text === '' ? [] : text.replace(/\n$/, '').split('\n');
}

interface Hunk {
  readonly left: number;
  readonly right: number;
  readonly removed: readonly string[];
  readonly added: readonly string[];
}

/** Beyond this many cells the table is not worth its memory: the whole middle is shown as replaced. */
const largestTable = 4_000_000;

/** Lengths of the longest common subsequence of every pair of suffixes, row by row. */
function commonLengths(left: readonly string[], right: readonly string[]): readonly Uint32Array[] {
  const table = Array.from({ length: left.length + 1 }, () => new Uint32Array(right.length + 1));
  for (let row = left.length - 1; row >= 0; row -= 1) {
    const current = table[row] ?? new Uint32Array();
    const below = table[row + 1] ?? new Uint32Array();
    for (let column = right.length - 1; column >= 0; column -= 1) {
      current[column] =
        left[row] === right[column]
          ? (below[column + 1] ?? 0) + 1
          : Math.max(below[column] ?? 0, current[column + 1] ?? 0);
    }
  }
  return table;
}

function hunksOf(left: readonly string[], right: readonly string[]): readonly Hunk[] {
  let start = 0;
  while (start < left.length && start < right.length && left[start] === right[start]) start += 1;
  let end = 0;
  const least = Math.min(left.length, right.length) - start;
  while (end < least && left[left.length - 1 - end] === right[right.length - 1 - end]) end += 1;
  const [old, fresh] = [left.slice(start, left.length - end), right.slice(start, right.length - end)];
  if (old.length === 0 && fresh.length === 0) return [];
  if (old.length * fresh.length > largestTable) return [{ left: start, right: start, removed: old, added: fresh }];

  const table = commonLengths(old, fresh);
  const hunks: Hunk[] = [];
  let [row, column] = [0, 0];
  while (row < old.length || column < fresh.length) {
    if (row < old.length && column < fresh.length && old[row] === fresh[column]) {
      row += 1;
      column += 1;
      continue;
    }
    const [fromRow, fromColumn] = [row, column];
    while ((row < old.length || column < fresh.length) && (row === old.length || old[row] !== fresh[column])) {
      const drop = column === fresh.length || (table[row + 1]?.[column] ?? 0) >= (table[row]?.[column + 1] ?? 0);
      if (row < old.length && drop) row += 1;
      else column += 1;
    }
    const removed = old.slice(fromRow, row);
    const added = fresh.slice(fromColumn, column);
    hunks.push({ left: start + fromRow, right: start + fromColumn, removed, added });
  }
  return hunks;
}

const range = (line: number, count: number): string =>
  count === 1 ? `${line + 1}` : `${count === 0 ? line : line + 1},${count}`;

/**
 * A unified diff without context lines; of what people wrote only what `mask` lets through is shown. Undefined stands
 * for no file. Empty where nothing differs.
 */
export function unifiedDiff(file: string, before: string | undefined, after: string | undefined, mask: Mask): string {
  const hunks = hunksOf(linesOf(before ?? ''), linesOf(after ?? ''));
  if (hunks.length === 0) return '';
  const name = (text: string | undefined): string => (text === undefined ? '/dev/null' : file);
  const body = hunks.flatMap(({ left, right, removed, added }) => [
    `@@ -${range(left, removed.length)} +${range(right, added.length)} @@`,
    ...removed.map((line) => `-${mask(line)}`),
    ...added.map((line) => `+${mask(line)}`),
  ]);
  return `${[`--- ${name(before)}`, `+++ ${name(after)}`, ...body].join('\n')}\n`;
}

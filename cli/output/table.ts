import { cutText, printable, textWidth } from './printable.ts';

export interface Column {
  readonly title: string;
  /** May be cut down to this many columns where the table is too wide; never cut when absent. */
  readonly least?: number;
}

export interface Cell {
  readonly text: string;
  /** Paints the text; must not change its width. */
  readonly paint?: (text: string) => string;
}

const preferredGap = 3;
const narrowGap = 2;

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);

/** Widths that fit `available` columns if cutting can make them fit: first columns give first. */
function fitWidths(
  natural: readonly number[],
  columns: readonly Column[],
  order: readonly number[],
  available: number,
) {
  const widths = [...natural];
  for (const index of order) {
    const excess = sum(widths) - available;
    const width = widths[index] ?? 0;
    const least = columns[index]?.least;
    if (excess > 0 && least !== undefined) widths[index] = Math.max(Math.min(width, least), width - excess);
  }
  return widths;
}

/**
 * Aligned lines, headed by the titles, no wider than `columnsAvailable` where the columns' `least` allow it.
 * `cutOrder` says which column gives first. No line ends in blanks.
 */
export function formatTable(
  columns: readonly Column[],
  rows: readonly (readonly Cell[])[],
  options: { readonly columns: number; readonly cutOrder?: readonly number[] },
): string {
  const lines: readonly (readonly Cell[])[] = [
    columns.map(({ title }) => ({ text: title })),
    ...rows.map((row) => row.map((cell) => ({ ...cell, text: printable(cell.text) || '-' }))),
  ];
  const natural = columns.map((_, index) => Math.max(...lines.map((line) => textWidth(line[index]?.text ?? ''))));
  const gaps = columns.length - 1;
  const gap = sum(natural) + gaps * preferredGap <= options.columns ? preferredGap : narrowGap;
  const widths = fitWidths(natural, columns, options.cutOrder ?? [], options.columns - gaps * gap);
  const format = (line: readonly Cell[]): string =>
    line
      .map((cell, index) => {
        const width = widths[index] ?? 0;
        const text = cutText(cell.text, width);
        const padding = index === line.length - 1 ? '' : ' '.repeat(width - textWidth(text) + gap);
        return (cell.paint === undefined ? text : cell.paint(text)) + padding;
      })
      .join('');
  return `${lines.map(format).join('\n')}\n`;
}

import { printable } from './printable.ts';

/** What a spreadsheet would take for a formula. */
const formula = /^[=+\-@\t\r]/;

function cell(value: string): string {
  const text = printable(value);
  const guarded = formula.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(guarded) ? `"${guarded.replaceAll('"', '""')}"` : guarded;
}

/** Comma-separated values (RFC 4180) with a line of titles, one line for each row; never a formula. */
export function formatCsv(titles: readonly string[], rows: readonly (readonly string[])[]): string {
  return [titles, ...rows].map((row) => `${row.map(cell).join(',')}\n`).join('');
}

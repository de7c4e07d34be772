import { numberText, significant } from '../report.ts';
import { textTable } from '../text-table.ts';

/** One figure of the desktop app, and what it is seen beside. */
export interface Figure {
  readonly what: string;
  /** Empty: a count. */
  readonly unit: string;
  readonly value: number;
  readonly beside?: { readonly name: string; readonly value: number };
}

/** Bytes. */
export interface Size {
  readonly what: string;
  readonly raw: number;
  /** Undefined for what is compressed as it is. */
  readonly gzip: number | undefined;
}

export function figureTable(figures: readonly Figure[]): string {
  const rows = figures.map(({ what, unit, value, beside }) => [
    what,
    numberText(value, unit),
    beside?.name ?? '',
    beside === undefined ? '' : numberText(beside.value, unit),
    beside === undefined ? '' : `${significant(value / beside.value)} ×`,
  ]);
  return textTable(['desktop app', 'figure', 'beside', '', 'ratio'], rows, new Set([1, 3, 4]));
}

export function sizeTable(sizes: readonly Size[]): string {
  const rows = sizes.map(({ what, raw, gzip }) => [what, sizeText(raw), gzip === undefined ? '' : sizeText(gzip)]);
  return textTable(['size', 'raw', 'gzip'], rows, new Set([1, 2]));
}

/** `1.24 MB`, in the thousands that disks and downloads are counted in. */
export function sizeText(bytes: number): string {
  return bytes < 1e6 ? `${significant(bytes / 1e3)} kB` : `${significant(bytes / 1e6)} MB`;
}

import { printable, textWidth } from './printable.ts';

export type Field = readonly [name: string, value: string | undefined];

/** `Name:  value` lines with the values aligned; fields without a value are left out. */
export function formatFields(fields: readonly Field[]): string {
  const shown = fields.flatMap(([name, value]) =>
    value === undefined || value === '' ? [] : [[name, value] as const],
  );
  const width = Math.max(0, ...shown.map(([name]) => textWidth(name)));
  return shown.map(([name, value]) => `${`${name}:`.padEnd(width + 3)}${printable(value)}\n`).join('');
}

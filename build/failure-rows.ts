import { type FailureCode, failures, type KeytrayError } from '../core/errors.ts';
import { nextStep } from '../core/failures/next-step.ts';

/** Of whom what follows is told. */
export const account = 'gitlab@work';

/** The cells of a row. */
export type Row = readonly string[];

export function table(head: Row, rows: readonly Row[]): string {
  const line = (cells: Row): string => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

const codeAndExit = (code: FailureCode): string => `\`${code}\`, ${failures[code].exit}`;

/** Two lines as the command line shows them. */
export const told = (failure: KeytrayError): Row => [codeAndExit(failure.code), failure.message, nextStep(failure)];

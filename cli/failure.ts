import { failures, KeytrayError } from '../core/errors.ts';
import { nextStep } from '../core/failures/next-step.ts';
import { formatDuration } from './output/duration.ts';
import { printable } from './output/printable.ts';

/** A failure of the command line itself, which knows better than any table what to do about it. */
export class CommandFailure extends Error {
  readonly exit: number;
  readonly hint: string;

  constructor(exit: number, message: string, hint: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'CommandFailure';
    this.exit = exit;
    this.hint = hint;
  }
}

export const usageStatus = 2;

/** The command line was wrong: exit status 2. */
export function usageFailure(message: string, hint: string): CommandFailure {
  return new CommandFailure(usageStatus, message, hint);
}

/** The command line has a unit for every length of time. */
function hintOf(error: KeytrayError): string {
  const { code, fix, advice, retryAfter } = error;
  const own = fix !== undefined || advice !== undefined || retryAfter === undefined;
  return code === 'temporarily_unavailable' && !own ? `Try again in ${formatDuration(retryAfter)}.` : nextStep(error);
}

export interface FailureReport {
  readonly exit: number;
  /** One line: what went wrong. */
  readonly what: string;
  /** One line: what to do about it. */
  readonly hint: string;
  /** The protocol's own words, shown with `--verbose`. */
  readonly detail?: string | undefined;
}

/** The one mapping from anything thrown to an exit status and two lines for people. */
export function describeFailure(error: unknown): FailureReport {
  if (error instanceof CommandFailure) return { exit: error.exit, what: printable(error.message), hint: error.hint };
  if (error instanceof KeytrayError) {
    const { code, message, detail } = error;
    return { exit: failures[code].exit, what: printable(message), hint: printable(hintOf(error)), detail };
  }
  return {
    exit: failures.internal_error.exit,
    what: 'internal error in the command line',
    hint: 'Run it again as keytray --verbose COMMAND to see where it happened.',
    detail: error instanceof Error ? printable(error.message) : undefined,
  };
}

/** The lines for standard error. Details and stack are for those who ask. */
export function formatFailure(report: FailureReport, error: unknown, verbose: boolean): string {
  const lines = `keytray: ${report.what}\n  ${report.hint}\n`;
  if (!verbose) return lines;
  const detail = report.detail === undefined ? '' : `  Details: ${printable(report.detail)}\n`;
  const stack = error instanceof Error && error.stack !== undefined ? `${error.stack}\n` : '';
  return `${lines}${detail}${stack}`;
}

import type { Cli } from './cli.ts';
import { isTerminal, readLine } from './input.ts';

/** Whether a command asks before it acts. */
export type Consent = 'given' | 'asked' | 'impossible';

/** `--yes` says it beforehand; without a terminal nobody can be asked. */
export const consentOf = (cli: Cli, yes: boolean): Consent =>
  yes ? 'given' : isTerminal(cli) ? 'asked' : 'impossible';

/** Asks on a terminal. Anything but a yes is a no. */
export async function confirmed(cli: Cli, question: string): Promise<boolean> {
  const answer = await readLine(cli, `${question} [y/N] `);
  return /^y(?:es)?$/i.test(answer?.trim() ?? '');
}

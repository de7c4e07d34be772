import type { Cli } from './cli.ts';
import { usageFailure } from './failure.ts';
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

/**
 * Asks before something is done that was shown; a no is told. Throws a usage failure where nobody can be asked, as a
 * script that means it says so.
 */
export async function requireConsent(cli: Cli, yes: boolean, question: string): Promise<boolean> {
  switch (consentOf(cli, yes)) {
    case 'given':
      return true;
    case 'impossible':
      throw usageFailure('nothing was done: there is no terminal to ask on', 'Say it beforehand: --yes');
    case 'asked': {
      const agreed = await confirmed(cli, question);
      if (!agreed) cli.out.write('Nothing was done.\n');
      return agreed;
    }
  }
}

import { createInterface } from 'node:readline/promises';
import { KeytrayError } from '../../core/errors.ts';
import type { UserAgent } from '../../core/ports.ts';
import type { Desktop } from '../../electron/api/parts.ts';
import type { Question } from '../../electron/api/question.ts';

const hindrance = 'Only the desktop app can do this: these pages run in a browser.';

/** What there is of a desktop beside a terminal: a browser to open things in, and no more. */
export function terminalDesktop(browser: UserAgent): Desktop {
  const refuse = (): Promise<never> => Promise.reject(new KeytrayError('invalid_request', hindrance));
  return {
    copySecret: refuse,
    copyText: refuse,
    ask: askInTerminal,
    openExternal: (url) => browser.open(url, undefined),
    startAtLogin: { view: async () => ({ on: false, hindrance }), set: refuse },
  };
}

/** In the terminal that runs this; where there is none the answer is no. */
async function askInTerminal({ title, details, agree }: Question): Promise<boolean> {
  process.stdout.write(`${[title, ...details].join('\n  ')}\n`);
  if (!process.stdin.isTTY) return false;
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  try {
    return /^y(es)?$/i.test((await terminal.question(`${agree}? [y/N] `)).trim());
  } finally {
    terminal.close();
  }
}

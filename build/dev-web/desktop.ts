import { KeytrayError } from '../../core/errors.ts';
import type { UserAgent } from '../../core/ports.ts';
import type { Desktop } from '../../electron/api/parts.ts';

const hindrance = 'Only the desktop app can do this: these pages run in a browser.';

/** What there is of a desktop beside a terminal: a browser to open things in, and no more. */
export function terminalDesktop(browser: UserAgent): Desktop {
  const refuse = (): Promise<never> => Promise.reject(new KeytrayError('invalid_request', hindrance));
  return {
    copySecret: refuse,
    copyText: refuse,
    openExternal: (url) => browser.open(url, undefined),
    startAtLogin: { view: async () => ({ on: false, hindrance }), set: refuse },
  };
}

import { shell } from 'electron';
import { KeytrayError } from '../core/errors.ts';
import { mayCarrySecrets } from '../core/platform/loopback-host.ts';
import type { UserAgent } from '../core/ports.ts';

/** The only call that leaves the app for another program: https, and http that stays on this machine. */
export async function openOutside(url: URL): Promise<void> {
  if (!mayCarrySecrets(url)) {
    throw new KeytrayError('invalid_request', `${url.protocol} addresses are not opened; only https`);
  }
  try {
    await shell.openExternal(url.href);
  } catch (cause) {
    throw new KeytrayError('temporarily_unavailable', 'the browser could not be opened', { cause });
  }
}

/** The person's browser; another program where the account names one. */
export class ShellBrowser implements UserAgent {
  readonly #chosen: UserAgent;

  constructor(chosen: UserAgent) {
    this.#chosen = chosen;
  }

  async open(url: URL, choice: string | undefined): Promise<void> {
    if (choice === undefined) await openOutside(url);
    else await this.#chosen.open(url, choice);
  }
}

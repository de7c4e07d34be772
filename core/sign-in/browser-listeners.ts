import type { RedirectSettings } from '../services/shapes.ts';
import { type BrowserSignIn, type BrowserSignInOptions, openBrowserSignIn } from './browser.ts';
import type { PendingLogin } from './pending-login.ts';

/** The listeners of all sign-ins, also those whose login has ended and whose page can still be seen. */
export class BrowserListeners {
  readonly #listening = new Map<BrowserSignIn, PendingLogin>();

  /** Throws `KeytrayError` `misconfigured` where no port is free. */
  async open(login: PendingLogin, options: BrowserSignInOptions): Promise<BrowserSignIn> {
    await this.#freePorts(options.settings.redirect.ports);
    const way = await openBrowserSignIn(options);
    this.#listening.set(way, login);
    void way.closed.then(() => this.#listening.delete(way));
    return way;
  }

  /** The broker ends: nothing of it listens any more. */
  async close(): Promise<void> {
    await Promise.all([...this.#listening.keys()].map((way) => way.stop()));
  }

  /** A registered port is the only one: what merely shows the page of the last sign-in makes room for the next. */
  async #freePorts(wanted: RedirectSettings['ports']): Promise<void> {
    if (wanted === 'any') return;
    const over = [...this.#listening].filter(([way, login]) => !login.open && wanted.includes(way.port));
    await Promise.all(over.map(([way]) => way.stop()));
  }
}

import { personOf } from '../oauth/token-reply.ts';
import type { SignedIn } from './accept-tokens.ts';
import type { SignInQuestion } from './pending-login.ts';

export interface OtherBrowserParts {
  /** The login is open, and no other answer is being worked on. */
  readonly waiting: () => boolean;
  /** Resolves when the login has ended. */
  readonly ended: Promise<unknown>;
  /** There is a question, or it is settled. */
  readonly changed: () => void;
  readonly note: (text: string) => void;
  readonly giveBack: (signedIn: SignedIn) => Promise<void>;
  /** Whether that can have the server revoke them. */
  readonly goesBack: (signedIn: SignedIn) => boolean;
}

// A page that is loaded again and again must not make us send the same code for ever.
const mostExchanges = 3;

/**
 * The answer of a browser that did not begin the sign-in. Its code is exchanged, because only the server says who it
 * is; the tokens are kept here until the person has said whether to take them. A no, the end of the login and its
 * deadline give them back.
 */
export class OtherBrowser {
  readonly #parts: OtherBrowserParts;
  #exchanges = 0;
  #held: SignedIn | undefined;
  #settled = false;

  constructor(parts: OtherBrowserParts) {
    this.#parts = parts;
    void parts.ended.then(() => this.#drop());
  }

  get question(): SignInQuestion | undefined {
    return this.#held && { identity: this.#held.reply.identity };
  }

  /** What is told where the login ends with its question open. */
  get unanswered(): string | undefined {
    if (this.#held === undefined) return undefined;
    const { identity } = this.#held.reply;
    const back = this.#parts.goesBack(this.#held) ? ' and the server is asked to revoke the tokens' : '';
    const who = identity === undefined ? 'a person' : personOf(identity);
    return `${who} signed in in another browser or profile, and the question whether it was you was not answered: nothing was stored${back}`;
  }

  /** One question for each login: what comes after it is not looked at. Never rejects. */
  async answered(exchange: () => Promise<SignedIn>): Promise<void> {
    if (this.#settled || this.#exchanges >= mostExchanges || !this.#parts.waiting()) return;
    this.#exchanges += 1;
    const signedIn = await exchange().catch(() => undefined);
    if (signedIn === undefined) {
      if (!this.#settled) this.#parts.note('another browser or profile brought an answer that is of no use');
      return;
    }
    if (this.#settled || !this.#parts.waiting()) return await this.#parts.giveBack(signedIn);
    this.#settled = true;
    this.#held = signedIn;
    this.#parts.changed();
  }

  /** What the person has said yes to, once. */
  take(): SignedIn | undefined {
    const held = this.#held;
    this.#held = undefined;
    return held;
  }

  /** The person says no. Resolves when the tokens are given back, as far as the server lets us. */
  async refuse(): Promise<void> {
    const held = this.take();
    if (held === undefined) return;
    this.#parts.changed();
    await this.#parts.giveBack(held);
  }

  async #drop(): Promise<void> {
    this.#settled = true;
    const held = this.take();
    if (held !== undefined) await this.#parts.giveBack(held);
  }
}

import type { Account } from '../accounts/account.ts';
import { serverFailure } from '../accounts/server-directory.ts';
import type { KeytrayError } from '../errors.ts';
import type { BrowserSignIn } from './browser.ts';
import type { DeviceSignIn } from './device.ts';
import { OtherBrowser, type OtherBrowserParts } from './other-browser.ts';
import type { NoBrowser, PendingLogin } from './pending-login.ts';

/** A way by which the person may finish a pending login. */
interface Way {
  stop(): Promise<void>;
}

/** Room for one way. `opening` is there from the moment it is being opened until it is over. */
interface Slot<W extends Way> {
  opening: Promise<W> | undefined;
  open: W | undefined;
}

export type SignInMethod = 'browser' | 'device';

/** A person at a pending login: the ways that are open, and which of them came first. */
export class LoginAttempt {
  readonly login: PendingLogin;
  readonly account: Account;
  /** The person asked for another account themselves: `login --switch`. */
  acceptOther = false;
  readonly otherBrowser: OtherBrowser;
  #answered = false;
  #note: string | undefined;
  #unanswered: string | undefined;
  #noBrowser: NoBrowser | undefined;
  readonly #browser: Slot<BrowserSignIn> = { opening: undefined, open: undefined };
  readonly #device: Slot<DeviceSignIn> = { opening: undefined, open: undefined };

  constructor(login: PendingLogin, account: Account, parts: Pick<OtherBrowserParts, 'giveBack' | 'goesBack'>) {
    this.login = login;
    this.account = account;
    this.otherBrowser = new OtherBrowser({
      waiting: () => login.open && !this.#answered,
      ended: login.ended,
      changed: () => this.show(),
      note: (text) => this.note(text),
      ...parts,
    });
  }

  /** Opens the browser way once, for all who ask for it. Throws `KeytrayError`. */
  async joinBrowser(begin: () => Promise<BrowserSignIn>): Promise<BrowserSignIn> {
    return await this.#join(this.#browser, begin);
  }

  /** The same for the device way. */
  async joinDevice(begin: () => Promise<DeviceSignIn>): Promise<DeviceSignIn> {
    return await this.#join(this.#device, begin);
  }

  /** The browser way, where there is one. Never rejects. */
  async browser(): Promise<BrowserSignIn | undefined> {
    return await this.#browser.opening?.catch(() => undefined);
  }

  /** Nobody came this way in time; or, with a failure, it leads nowhere. The login goes on while another is open. */
  over(way: SignInMethod, failure?: KeytrayError): void {
    if (way === 'browser') {
      const { unanswered } = this.otherBrowser;
      this.#note = unanswered ?? this.#note;
      this.#unanswered = unanswered;
      void this.otherBrowser.refuse();
    }
    this.#over(way === 'browser' ? this.#browser : this.#device, failure);
  }

  /** Some way has brought its answer, which is being looked at or was. */
  get answered(): boolean {
    return this.#answered;
  }

  /** True for the first answer, wherever it arrives: the other way is stopped. */
  claim(way: SignInMethod): boolean {
    if (this.#answered || !this.login.open) return false;
    this.#answered = true;
    // Not its own: the browser still waits for its page.
    void (way === 'browser' ? this.#device : this.#browser).open?.stop();
    return true;
  }

  /** Tells whoever waits; the sign-in goes on. */
  note(text: string): void {
    if (text === this.#note) return;
    this.#note = text;
    this.show();
  }

  /** The same, where there is nothing more urgent to tell. */
  hint(text: string): void {
    if (this.#note === undefined && this.#noBrowser === undefined) this.note(text);
  }

  noBrowserOpened(no: NoBrowser): void {
    this.#noBrowser = no;
    this.show();
  }

  browserOpened(): void {
    if (this.#noBrowser === undefined) return;
    this.#noBrowser = undefined;
    this.show();
  }

  /** What there is to know of the ways that are open, for all who follow this login. */
  show(): void {
    if (!this.login.open || this.#answered || !this.#isOpen) return;
    this.login.become({
      kind: 'started',
      browser: this.#browser.open?.invitation,
      device: this.#device.open?.invitation,
      question: this.otherBrowser.question,
      note: this.#note,
      noBrowser: this.#noBrowser,
    });
  }

  async stop(): Promise<void> {
    await Promise.all([this.#browser.open?.stop(), this.#device.open?.stop()]);
  }

  async #join<W extends Way>(slot: Slot<W>, begin: () => Promise<W>): Promise<W> {
    slot.opening ??= this.#begin(slot, begin);
    const joined = slot.opening;
    try {
      return await joined;
    } catch (error) {
      const failure = serverFailure(error, this.account);
      if (slot.opening === joined) this.#over(slot, failure);
      throw failure;
    }
  }

  async #begin<W extends Way>(slot: Slot<W>, begin: () => Promise<W>): Promise<W> {
    const way = await begin();
    slot.open = way;
    // The login may have ended meanwhile.
    if (this.login.open && !this.#answered) this.show();
    else await way.stop();
    return way;
  }

  #over(slot: Slot<Way>, failure: KeytrayError | undefined): void {
    if (this.#answered) return;
    slot.opening = undefined;
    slot.open = undefined;
    if (this.#isOpen) this.show();
    else if (this.#browser.opening === undefined && this.#device.opening === undefined) {
      this.login.become(
        failure === undefined ? { kind: 'expired', note: this.#unanswered } : { kind: 'failed', failure },
      );
    }
  }

  get #isOpen(): boolean {
    return this.#browser.open !== undefined || this.#device.open !== undefined;
  }
}

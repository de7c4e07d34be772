import type { Clock, Timer } from '../../ports.ts';
import type { StoreState } from '../secret-store.ts';

// gnome-keyring gives no signal when the login password unlocks it, so while work waits it is asked now and then.
const soon = 5_000;
const later = 30_000;

/** A lock or an unlock comes with several signals. */
const settling = 50;

export interface KeyringWatchOptions {
  readonly clock: Clock;
  /** Asks the keyring, and does what has become possible. */
  readonly look: () => Promise<void>;
}

/** Milliseconds until the keyring is to be asked again unless a signal comes first; undefined: not at all. Pure. */
export function nextLook(state: StoreState, changesWait: boolean): number | undefined {
  switch (state) {
    case 'locked':
    case 'stuck':
      return soon;
    // A session bus or a keyring service that is not there may come with the next login.
    case 'absent':
    case 'denied':
      return changesWait ? soon : later;
    case 'corrupt':
    case 'unlocked':
    case 'unknown':
      return changesWait ? soon : undefined;
  }
}

/** Looks at the keyring when it says that something changed, and else after a while. */
export class KeyringWatch {
  readonly #options: KeyringWatchOptions;
  #timer: { readonly timer: Timer; readonly due: number } | undefined;
  #closed = false;

  constructor(options: KeyringWatchOptions) {
    this.#options = options;
  }

  heard(): void {
    this.#wake(settling);
  }

  /** Makes sure that a look follows within `milliseconds`; undefined asks for none. */
  within(milliseconds: number | undefined): void {
    if (milliseconds !== undefined) this.#wake(milliseconds);
  }

  close(): void {
    this.#closed = true;
    this.#timer?.timer.cancel();
    this.#timer = undefined;
  }

  #wake(milliseconds: number): void {
    const { clock, look } = this.#options;
    const due = clock.monotonic() + milliseconds;
    if (this.#closed || (this.#timer !== undefined && this.#timer.due <= due)) return;
    this.#timer?.timer.cancel();
    const timer = clock.after(milliseconds, () => {
      this.#timer = undefined;
      void look();
    });
    this.#timer = { timer, due };
  }
}

import { HandOutsStopped } from '../errors.ts';
import type { Clock, Timer } from '../ports.ts';
import type { LockNote } from './lock-note.ts';

/** Whether tools are given tokens at all. `until`: milliseconds since the epoch, for people. */
export type HandOutState =
  | { readonly kind: 'open' }
  | { readonly kind: 'paused'; readonly until: number }
  | { readonly kind: 'locked' };

const open: HandOutState = { kind: 'open' };

/**
 * The person's own stop: while it is closed no tool is given a token, whoever asks. Any program on the session bus can
 * click the tray's menu, also an entry that has gone: only `open` ends a lock, and the menu never calls it.
 */
export class HandOutGate {
  readonly #clock: Clock;
  readonly #changed: () => void;
  readonly #note: LockNote | undefined;
  #state: HandOutState = open;
  /** Milliseconds of a clock that counts sleep. */
  #end = 0;
  #timer: Timer | undefined;

  /** Without a note a lock ends with the process. */
  constructor(clock: Clock, changed: () => void, note?: LockNote) {
    this.#clock = clock;
    this.#changed = changed;
    this.#note = note;
  }

  /** Locks where an earlier process was locked when it ended. Before anybody is served, and after that process. */
  restore(): void {
    if (this.#note?.read() === 'locked') this.#become({ kind: 'locked' });
  }

  get state(): HandOutState {
    return this.#state.kind === 'paused' && this.#left() <= 0 ? open : this.#state;
  }

  /** Nothing while locked, or its end would unlock. */
  pause(milliseconds: number): void {
    if (this.#state.kind === 'locked') return;
    this.#end = this.#clock.uptime() * 1_000 + milliseconds;
    this.#become({ kind: 'paused', until: this.#clock.now() + milliseconds });
    this.#endLater();
  }

  /** At once; resolves when a restart keeps it, and rejects where none would. */
  async lock(): Promise<void> {
    this.#become({ kind: 'locked' });
    await this.#remember();
  }

  /** Ends a pause only. */
  resume(): void {
    if (this.#state.kind === 'paused') this.#become(open);
  }

  /** At once; rejects where a restart would lock again. */
  async open(): Promise<void> {
    if (this.#state.kind !== 'open') this.#become(open);
    await this.#remember();
  }

  /** Throws where no token may leave now: `temporarily_unavailable` while paused, `keychain_locked` while locked. */
  check(account: string): void {
    const { state } = this;
    switch (state.kind) {
      case 'open':
        return;
      case 'paused':
        throw new HandOutsStopped('temporarily_unavailable', 'hand-outs are paused', {
          account,
          advice: 'Resume them in the Keytray menu.',
          retryAfter: Math.max(1, Math.ceil(this.#left() / 1_000)),
        });
      case 'locked':
        throw new HandOutsStopped('keychain_locked', 'Keytray is locked', {
          account,
          advice: 'Run: keytray unlock',
        });
    }
  }

  async #remember(): Promise<void> {
    await this.#note?.write(this.#state.kind === 'locked' ? 'locked' : 'unlocked');
  }

  #left(): number {
    return this.#end - this.#clock.uptime() * 1_000;
  }

  #become(state: HandOutState): void {
    this.#timer?.cancel();
    this.#state = state;
    this.#changed();
  }

  /** A timer stands still while the machine sleeps, and may fire early: it looks again. */
  #endLater(): void {
    this.#timer = this.#clock.after(Math.max(50, this.#left()), () => {
      if (this.#state.kind !== 'paused') return;
      if (this.#left() <= 0) this.resume();
      else this.#endLater();
    });
  }
}

import { clipboard } from 'electron';
import type { Clock, Timer } from '../core/ports.ts';
import { Secret } from '../core/secret.ts';

/** Puts secrets into the clipboard for a while. What the person copies meanwhile stays. */
export class SecretClipboard {
  readonly #clock: Clock;
  #held: { readonly secret: Secret; readonly timer: Timer } | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  async copy(secret: Secret, clearAfterSeconds: number): Promise<void> {
    this.#held?.timer.cancel();
    await clipboard.writeText(secret.reveal());
    const timer = this.#clock.after(clearAfterSeconds * 1_000, () => void this.clear());
    this.#held = { secret, timer };
  }

  /** At once, also when the app ends before the time is over. */
  async clear(): Promise<void> {
    const held = this.#held;
    if (held === undefined) return;
    this.#held = undefined;
    held.timer.cancel();
    if (new Secret(await clipboard.readText()).equals(held.secret)) clipboard.clear();
  }
}

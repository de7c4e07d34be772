import type { Notice, NoticeChoice, Notifier } from '../ports.ts';

type Chosen = (choice: NoticeChoice) => void;

/**
 * Holds notices back while nobody sees the screen: over a lock screen they are read by whoever walks past, and gone
 * when their person returns. What was shown before stays.
 */
export class QuietNotifier implements Notifier {
  readonly #notifier: Notifier;
  readonly #held = new Map<string, { readonly notice: Notice; readonly chosen: Chosen }>();
  #quiet = false;

  constructor(notifier: Notifier) {
    this.#notifier = notifier;
  }

  screenLocked(locked: boolean): void {
    this.#quiet = locked;
    if (locked) return;
    const held = [...this.#held.values()];
    this.#held.clear();
    for (const { notice, chosen } of held) this.#notifier.show(notice, chosen);
  }

  show(notice: Notice, chosen: Chosen): void {
    if (this.#quiet) this.#held.set(notice.id, { notice, chosen });
    else this.#notifier.show(notice, chosen);
  }

  withdraw(id: string): void {
    this.#held.delete(id);
    this.#notifier.withdraw(id);
  }
}

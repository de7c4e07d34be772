import { Notification } from 'electron';
import type { Notice, NoticeChoice, Notifier } from '../../core/ports.ts';

interface Shown {
  readonly notification: Notification;
  readonly chosen: (choice: NoticeChoice) => void;
}

/**
 * Notices by the system's own notifications. Where it draws no buttons a click on the notice does the first action, and
 * the tray's menu has the same ones.
 */
export class ElectronNotifier implements Notifier {
  readonly #platform: NodeJS.Platform;
  readonly #fallback: Notifier;
  /** Also keeps them from being collected, which would lose their clicks. */
  readonly #shown = new Map<string, Shown>();

  /** `fallback`: where a notice goes that the system will not show. */
  constructor(platform: NodeJS.Platform, fallback: Notifier) {
    this.#platform = platform;
    this.#fallback = fallback;
  }

  show(notice: Notice, chosen: (choice: NoticeChoice) => void): void {
    this.withdraw(notice.id);
    if (!Notification.isSupported()) {
      this.#fallback.show(notice, chosen);
      return;
    }
    const { id, title, body, actions } = notice;
    const notification = new Notification({
      title,
      body,
      actions: actions.map(({ label }) => ({ type: 'button', text: label })),
      ...(this.#platform === 'linux' ? {} : { id }),
    });
    const shown = { notification, chosen };
    this.#shown.set(id, shown);
    notification.on('click', () => this.#settle(id, shown, actions[0]?.name ?? 'dismissed'));
    notification.on('action', (details) => this.#settle(id, shown, actions[details.actionIndex]?.name ?? 'dismissed'));
    notification.on('close', () => this.#settle(id, shown, 'dismissed'));
    if (this.#platform !== 'linux') {
      notification.on('failed', () => {
        if (this.#shown.get(id) !== shown) return;
        this.#shown.delete(id);
        this.#fallback.show(notice, chosen);
      });
    }
    notification.show();
  }

  withdraw(id: string): void {
    const shown = this.#shown.get(id);
    this.#shown.delete(id);
    shown?.notification.close();
    if (shown === undefined) this.#fallback.withdraw(id);
  }

  /** Nobody would answer a click any more. */
  close(): void {
    for (const id of [...this.#shown.keys()]) this.withdraw(id);
  }

  /** The first word counts: a click is followed by the notice closing. */
  #settle(id: string, shown: Shown, choice: NoticeChoice): void {
    if (this.#shown.get(id) !== shown) return;
    this.#shown.delete(id);
    if (choice !== 'dismissed') shown.notification.close();
    shown.chosen(choice);
  }
}

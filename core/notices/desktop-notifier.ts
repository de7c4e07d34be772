import type { DBus } from '../platform/dbus/bus.ts';
import type { Logger, Notice, NoticeChoice, Notifier } from '../ports.ts';
import { choiceOf, notifyBody } from './notify-call.ts';

export interface DesktopNotifierOptions {
  readonly bus: DBus;
  readonly logger: Logger;
  /** Where a notice goes that the desktop would not show. */
  readonly fallback: Notifier;
}

interface Shown {
  readonly notice: Notice;
  readonly chosen: (choice: NoticeChoice) => void;
  /** Where it is: not shown yet, on the desktop under a number of its own, or with the fallback. */
  place: 'on its way' | 'fallback' | number;
}

const service = {
  destination: 'org.freedesktop.Notifications',
  path: '/org/freedesktop/Notifications',
  interface: 'org.freedesktop.Notifications',
} as const;

/**
 * Notices on a Linux desktop, over D-Bus (Desktop Notifications Specification 1.2). A click arrives as a signal, so
 * no process stays beside a notice, and one that has become pointless is taken back at once.
 */
export class DesktopNotifier implements Notifier {
  readonly #options: DesktopNotifierOptions;
  readonly #bus: DBus;
  readonly #deaf: () => void;
  readonly #shown = new Map<string, Shown>();
  /** Signals of numbers not known yet: a quick desktop may tell of a click before the reply was read. */
  readonly #early = new Map<number, NoticeChoice>();

  constructor(options: DesktopNotifierOptions) {
    this.#options = options;
    this.#bus = options.bus;
    this.#deaf = this.#bus.listen({
      matches: [`type='signal',interface='${service.interface}',path='${service.path}'`],
      heard: ({ interface: name, member, body }) => {
        if (name === service.interface) this.#heard(member, body);
      },
      lost: () => this.#allDismissed(),
    });
  }

  show(notice: Notice, chosen: (choice: NoticeChoice) => void): void {
    this.withdraw(notice.id);
    const shown: Shown = { notice, chosen, place: 'on its way' };
    this.#shown.set(notice.id, shown);
    void this.#show(shown);
  }

  withdraw(id: string): void {
    const shown = this.#shown.get(id);
    if (shown === undefined) return;
    this.#shown.delete(id);
    void this.#takeBack(shown);
  }

  /** Takes what is on the desktop back: nobody would answer a click any more. */
  async close(): Promise<void> {
    const open = [...this.#shown.values()].filter(({ place }) => place !== 'fallback');
    this.#shown.clear();
    await Promise.all(open.map((shown) => this.#takeBack(shown)));
    this.#deaf();
  }

  async #show(shown: Shown): Promise<void> {
    const { notice } = shown;
    const known = await this.#bus.call({ ...service, member: 'GetCapabilities', signature: '', body: [] });
    const capabilities = known.kind === 'reply' && Array.isArray(known.body[0]) ? known.body[0].map(String) : undefined;
    const reply =
      capabilities === undefined
        ? known
        : await this.#bus.call({
            ...service,
            member: 'Notify',
            signature: 'susssasa{sv}i',
            body: notifyBody(notice, capabilities),
          });
    const number = capabilities !== undefined && reply.kind === 'reply' ? reply.body[0] : undefined;
    if (typeof number === 'number') this.#arrived(shown, number);
    else this.#fallBack(shown, reply.kind === 'error' ? reply.name : reply.kind);
  }

  #arrived(shown: Shown, number: number): void {
    shown.place = number;
    const early = this.#early.get(number);
    this.#early.clear();
    // Withdrawn while it was on its way.
    if (this.#shown.get(shown.notice.id) !== shown) void this.#takeBack(shown);
    else if (early !== undefined) this.#settle(shown, early);
  }

  #fallBack(shown: Shown, why: string): void {
    const { fallback, logger } = this.#options;
    if (this.#shown.get(shown.notice.id) !== shown) return;
    logger.info('the desktop shows no notices', { why });
    shown.place = 'fallback';
    fallback.show(shown.notice, (choice) => this.#settle(shown, choice));
  }

  async #takeBack({ notice, place }: Shown): Promise<void> {
    if (place === 'fallback') this.#options.fallback.withdraw(notice.id);
    if (typeof place !== 'number') return;
    await this.#bus.call({ ...service, member: 'CloseNotification', signature: 'u', body: [place] });
  }

  #heard(member: string, [number, word]: readonly unknown[]): void {
    if (typeof number !== 'number') return;
    const shown = [...this.#shown.values()].find(({ place }) => place === number);
    const choice = choiceOf(member, word, shown?.notice);
    if (choice === undefined) return;
    if (shown !== undefined) this.#settle(shown, choice);
    else if ([...this.#shown.values()].some(({ place }) => place === 'on its way')) this.#early.set(number, choice);
  }

  /** The first word counts. Some desktops close a notice whose action was chosen, others leave that to us. */
  #settle(shown: Shown, choice: NoticeChoice): void {
    if (this.#shown.get(shown.notice.id) !== shown) return;
    this.#shown.delete(shown.notice.id);
    if (choice !== 'dismissed') void this.#takeBack(shown);
    shown.chosen(choice);
  }

  #allDismissed(): void {
    for (const shown of [...this.#shown.values()]) {
      if (typeof shown.place === 'number') this.#settle(shown, 'dismissed');
    }
  }
}

import { isDeepStrictEqual } from 'node:util';
import type { Clock, Timer } from '../ports.ts';
import { type MenuEntry, menuModel } from './menu-model.ts';
import { iconOf, type TrayIcon, type TrayView, tooltipOf } from './tray-view.ts';

/** What is to be seen. */
export interface Shown {
  readonly menu: readonly MenuEntry[];
  readonly icon: TrayIcon;
  readonly tooltip: string;
}

/** Where it is seen: on a panel over D-Bus, or in the menu bar of macOS. */
export interface TrayFace {
  show(next: Shown): void;
}

export interface PresenceOptions {
  readonly clock: Clock;
  readonly view: () => TrayView;
  readonly face: TrayFace;
}

// A menu that is rebuilt while it is open closes on some desktops.
const calm = 1_000;
// "6 h left" goes on although nothing happens.
const look = 60_000;

/** Keeps what is seen equal to the view: at most once a second, and only where something would look different. */
export class TrayPresence {
  readonly #options: PresenceOptions;
  #shown: Shown | undefined;
  #soon: Timer | undefined;
  #later: Timer | undefined;

  constructor(options: PresenceOptions) {
    this.#options = options;
    this.#update();
    this.#lookLater();
  }

  /** Something may look different now. */
  changed(): void {
    this.#soon ??= this.#options.clock.after(calm, () => {
      this.#soon = undefined;
      this.#update();
    });
  }

  close(): void {
    this.#soon?.cancel();
    this.#later?.cancel();
  }

  #update(): void {
    const { view, face } = this.#options;
    const now = view();
    const next: Shown = { menu: menuModel(now), icon: iconOf(now), tooltip: tooltipOf(now) };
    if (isDeepStrictEqual(next, this.#shown)) return;
    this.#shown = next;
    face.show(next);
  }

  #lookLater(): void {
    this.#later = this.#options.clock.after(look, () => {
      this.#update();
      this.#lookLater();
    });
  }
}

import { isDeepStrictEqual } from 'node:util';
import { Menu, type MenuItemConstructorOptions, type NativeImage, nativeImage, nativeTheme, Tray } from 'electron';
import type { Clock, Timer } from '../../core/ports.ts';
import { type MenuCommand, type MenuEntry, menuModel } from '../../core/tray/menu-model.ts';
import { iconOf, type TrayIcon, type TrayView, tooltipOf } from '../../core/tray/tray-view.ts';

export interface TrayOptions {
  readonly clock: Clock;
  readonly platform: NodeJS.Platform;
  /** Folder of the icons. */
  readonly icons: string;
  readonly run: (command: MenuCommand) => void;
  /** A click on the icon itself, where the system tells of one. */
  readonly clicked: () => void;
}

interface Shown {
  readonly menu: readonly MenuEntry[];
  /** The file. */
  readonly icon: string;
  readonly tooltip: string;
}

// A menu that is rebuilt while it is open closes on some desktops.
const calm = 1_000;
// "6 h left" goes on although nothing happens.
const look = 60_000;

/**
 * The one tray icon, kept for the life of the process: a second one, or one made anew, loses its clicks on several
 * desktops. Touched only when what it shows has changed.
 */
export class TrayPresence {
  readonly #options: TrayOptions;
  readonly #view: () => TrayView;
  readonly #tray: Tray;
  #shown: Shown;
  #soon: Timer | undefined;
  #later: Timer | undefined;

  constructor(options: TrayOptions, view: () => TrayView) {
    this.#options = options;
    this.#view = view;
    this.#shown = this.#wanted();
    this.#tray = new Tray(this.#image(this.#shown.icon));
    this.#tray.setToolTip(this.#shown.tooltip);
    this.#tray.setContextMenu(this.#menu(this.#shown.menu));
    this.#tray.on('click', options.clicked);
    nativeTheme.on('updated', () => this.changed());
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
    this.#tray.destroy();
  }

  #update(): void {
    const before = this.#shown;
    this.#shown = this.#wanted();
    const { icon, tooltip, menu } = this.#shown;
    if (icon !== before.icon) this.#tray.setImage(this.#image(icon));
    if (tooltip !== before.tooltip) this.#tray.setToolTip(tooltip);
    if (!isDeepStrictEqual(menu, before.menu)) this.#tray.setContextMenu(this.#menu(menu));
  }

  #wanted(): Shown {
    const view = this.#view();
    return { menu: menuModel(view), icon: this.#file(iconOf(view)), tooltip: tooltipOf(view) };
  }

  #lookLater(): void {
    this.#later = this.#options.clock.after(look, () => {
      this.#update();
      this.#lookLater();
    });
  }

  /** Its `@2x` twin is found by Electron. Names of templates end so that macOS colours them itself. */
  #file(icon: TrayIcon): string {
    const { platform, icons } = this.#options;
    if (platform === 'darwin') return `${icons}/${icon}Template.png`;
    return `${icons}/${icon}-${nativeTheme.shouldUseDarkColors ? 'dark' : 'light'}.png`;
  }

  #image(file: string): NativeImage {
    const image = nativeImage.createFromPath(file);
    if (this.#options.platform === 'darwin') image.setTemplateImage(true);
    return image;
  }

  #menu(entries: readonly MenuEntry[]): Menu {
    return Menu.buildFromTemplate(entries.map((entry) => itemOf(entry, this.#options.run)));
  }
}

function itemOf(entry: MenuEntry, run: (command: MenuCommand) => void): MenuItemConstructorOptions {
  switch (entry.kind) {
    case 'separator':
      return { type: 'separator' };
    case 'text':
      return { label: plain(entry.label), enabled: false };
    case 'command':
      return { label: plain(entry.label), click: () => run(entry.command) };
    case 'submenu':
      return { label: plain(entry.label), submenu: entry.entries.map((inner) => itemOf(inner, run)) };
  }
}

/** A single & in a menu underlines the next letter. */
const plain = (label: string): string => label.replaceAll('&', '&&');

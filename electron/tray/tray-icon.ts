import { isDeepStrictEqual } from 'node:util';
import { Menu, type MenuItemConstructorOptions, type NativeImage, nativeImage, Tray } from 'electron';
import type { MenuCommand, MenuEntry } from '../../core/tray/menu-model.ts';
import type { Shown, TrayFace } from '../../core/tray/presence.ts';

export interface TrayOptions {
  /** Folder of the icons. */
  readonly icons: string;
  readonly run: (command: MenuCommand) => void;
}

/**
 * The one icon in the menu bar of macOS, kept for the life of the process. On Linux Electron's tray sends the whole menu
 * for every change, which closes one that is open, and gives up where nobody shows icons yet: see core/tray.
 */
export class MenuBarIcon implements TrayFace {
  readonly #options: TrayOptions;
  #tray: Tray | undefined;
  #shown: Shown | undefined;

  constructor(options: TrayOptions) {
    this.#options = options;
  }

  show(next: Shown): void {
    const before = this.#shown;
    this.#shown = next;
    this.#tray ??= new Tray(this.#image(next));
    if (before !== undefined && next.icon !== before.icon) this.#tray.setImage(this.#image(next));
    if (next.tooltip !== before?.tooltip) this.#tray.setToolTip(next.tooltip);
    if (!isDeepStrictEqual(next.menu, before?.menu)) this.#tray.setContextMenu(this.#menu(next.menu));
  }

  close(): void {
    this.#tray?.destroy();
  }

  /** Its `@2x` twin is found by Electron, and macOS colours it, by the end of its name. */
  #image({ icon }: Shown): NativeImage {
    const image = nativeImage.createFromPath(`${this.#options.icons}/${icon}Template.png`);
    image.setTemplateImage(true);
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

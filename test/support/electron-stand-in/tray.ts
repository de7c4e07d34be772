import { existsSync } from 'node:fs';
import type * as E from 'electron';
import { machine } from './machine.ts';
import { StrictEmitter } from './strict-emitter.ts';

export class StandInImage implements Pick<E.NativeImage, 'setTemplateImage' | 'isEmpty'> {
  readonly testFile: string;
  testTemplate = false;

  constructor(file: string) {
    this.testFile = file;
  }

  isEmpty(): boolean {
    return !existsSync(this.testFile);
  }

  setTemplateImage(option: boolean): void {
    this.testTemplate = option;
  }
}

export const nativeImage = {
  /** Electron gives an empty image, and nobody sees that one is missing. */
  createFromPath(file: string): StandInImage {
    if (!existsSync(file)) throw new Error(`there is no image ${file}`);
    return new StandInImage(file);
  },
};

interface StandInItem {
  readonly label: string;
  readonly enabled: boolean;
  readonly type: string;
  readonly click: (() => void) | undefined;
  readonly submenu: StandInMenu | undefined;
}

export class StandInMenu {
  static testApplicationMenu: StandInMenu | null | undefined;
  readonly items: readonly StandInItem[];

  constructor(template: readonly E.MenuItemConstructorOptions[]) {
    this.items = template.map(({ label = '', enabled = true, type = 'normal', click, submenu }) => ({
      label: label.replaceAll('&&', '&'),
      enabled,
      type,
      click: click === undefined ? undefined : () => click({} as never, undefined, {} as never),
      submenu: Array.isArray(submenu) ? new StandInMenu(submenu) : undefined,
    }));
  }

  static buildFromTemplate(template: readonly E.MenuItemConstructorOptions[]): StandInMenu {
    return new StandInMenu(template);
  }

  static setApplicationMenu(menu: StandInMenu | null): void {
    StandInMenu.testApplicationMenu = menu;
  }

  /** As a person reads it. */
  get testLabels(): readonly string[] {
    return this.items.map(({ label, type }) => (type === 'separator' ? '-' : label));
  }

  /** Goes along the labels, each known by how it begins, and clicks the last. */
  testClick(...path: readonly string[]): void {
    const [first, ...rest] = path;
    const item = this.items.find(({ label }) => first !== undefined && label.includes(first));
    if (item === undefined) throw new Error(`there is no ${first} in: ${this.testLabels.join(' | ')}`);
    if (rest.length > 0) {
      if (item.submenu === undefined) throw new Error(`${item.label} has no menu of its own`);
      item.submenu.testClick(...rest);
      return;
    }
    if (item.click === undefined || !item.enabled) throw new Error(`${item.label} cannot be clicked`);
    item.click();
  }
}

export class StandInTray extends StrictEmitter implements Pick<E.Tray, 'setToolTip' | 'setImage' | 'destroy'> {
  static readonly testAll: StandInTray[] = [];
  static readonly testEvents = ['click'];
  readonly testEvents = StandInTray.testEvents;
  testImage: StandInImage;
  testToolTip = '';
  testMenu: StandInMenu | undefined;
  /** How often a menu was set: every time closes one that is open. */
  testMenusSet = 0;
  testDestroyed = false;

  constructor(image: StandInImage) {
    super();
    machine.mustBeReady('Tray');
    if (StandInTray.testAll.length > 0) throw new Error('only the first tray icon works on Linux');
    this.testImage = image;
    StandInTray.testAll.push(this);
  }

  setContextMenu(menu: StandInMenu): void {
    this.testMenu = menu;
    this.testMenusSet += 1;
  }

  setToolTip(text: string): void {
    this.testToolTip = text;
  }

  setImage(image: StandInImage | E.NativeImage | string): void {
    if (!(image instanceof StandInImage)) throw new TypeError('not an image of this stand-in');
    this.testImage = image;
  }

  destroy(): void {
    this.testDestroyed = true;
  }
}

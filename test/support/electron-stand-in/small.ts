import type * as E from 'electron';
import { machine } from './machine.ts';
import { StrictEmitter } from './strict-emitter.ts';

export class StandInPowerMonitor extends StrictEmitter {
  readonly testEvents = ['suspend', 'resume', 'shutdown'];

  override on(event: string, listener: (...given: never[]) => void): this {
    machine.mustBeReady('powerMonitor');
    return super.on(event, listener);
  }
}

export const powerMonitor = new StandInPowerMonitor();

export const net = {
  isOnline: (): boolean => machine.online,
} satisfies Pick<E.Net, 'isOnline'>;

export class StandInNativeTheme extends StrictEmitter implements Pick<E.NativeTheme, 'shouldUseDarkColors'> {
  readonly testEvents = ['updated'];

  get shouldUseDarkColors(): boolean {
    return machine.dark;
  }
}

export const nativeTheme = new StandInNativeTheme();

let text = '';

export const clipboard = {
  readText: async (): Promise<string> => text,
  writeText: async (next: string): Promise<void> => {
    text = next;
  },
  clear: (): void => {
    text = '';
  },
} satisfies Pick<E.Clipboard, 'readText' | 'writeText' | 'clear'>;

export const shell = {
  openExternal: async (url: string): Promise<void> => {
    machine.opened.push(url);
  },
} satisfies Pick<E.Shell, 'openExternal'>;

export const dialog = {
  showErrorBox: (title: string, content: string): void => {
    machine.errorBoxes.push(`${title}: ${content}`);
  },
  showMessageBox: (
    first: E.BaseWindow | E.MessageBoxOptions,
    second?: E.MessageBoxOptions,
  ): Promise<E.MessageBoxReturnValue> => {
    machine.mustBeReady('dialog.showMessageBox');
    const options = second ?? (first as E.MessageBoxOptions);
    const { buttons = [], cancelId } = options;
    // Electron takes the first button, or one it thinks means no, and differs by system.
    if (cancelId === undefined) throw new Error('what closing the box means is not said');
    const { promise, resolve } = Promise.withResolvers<E.MessageBoxReturnValue>();
    const box = {
      options,
      modal: second !== undefined,
      click: (words: string | undefined): void => {
        const response = words === undefined ? cancelId : buttons.indexOf(words);
        if (response === -1) throw new Error(`there is no ${words} among: ${buttons.join(' | ')}`);
        machine.messageBoxes.splice(machine.messageBoxes.indexOf(box), 1);
        resolve({ response, checkboxChecked: false });
      },
    };
    machine.messageBoxes.push(box);
    return promise;
  },
} satisfies Pick<E.Dialog, 'showErrorBox' | 'showMessageBox'>;

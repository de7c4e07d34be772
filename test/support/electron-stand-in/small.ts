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
} satisfies Pick<E.Dialog, 'showErrorBox'>;

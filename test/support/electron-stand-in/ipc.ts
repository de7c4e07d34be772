import type * as E from 'electron';
import { StrictEmitter } from './strict-emitter.ts';

type Handler = (event: E.IpcMainInvokeEvent, ...given: unknown[]) => unknown;

/** Channels are the app's own, so every one may be listened to; a second handler for one may not. */
export class StandInIpcMain extends StrictEmitter implements Pick<E.IpcMain, 'handle' | 'removeHandler'> {
  readonly testHandlers = new Map<string, Handler>();
  readonly testChannels = new Set<string>();

  get testEvents(): readonly string[] {
    return [...this.testChannels];
  }

  handle(channel: string, handler: Handler): void {
    if (this.testHandlers.has(channel)) throw new Error(`Attempted to register a second handler for '${channel}'`);
    this.testHandlers.set(channel, handler);
  }

  removeHandler(channel: string): void {
    this.testHandlers.delete(channel);
  }

  override on(channel: string, listener: (...given: never[]) => void): this {
    this.testChannels.add(channel);
    return super.on(channel, listener);
  }

  testReset(): void {
    this.removeAllListeners();
    this.testHandlers.clear();
    this.testChannels.clear();
  }
}

export const ipcMain = new StandInIpcMain();

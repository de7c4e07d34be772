import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import type * as E from 'electron';
import { machine } from './machine.ts';
import { PreventableEvent, StrictEmitter } from './strict-emitter.ts';

type Members =
  | 'whenReady'
  | 'quit'
  | 'exit'
  | 'isPackaged'
  | 'getAppPath'
  | 'setPath'
  | 'requestSingleInstanceLock'
  | 'enableSandbox'
  | 'disableHardwareAcceleration';

export class StandInApp extends StrictEmitter implements Pick<E.App, Members> {
  readonly testEvents = [
    'window-all-closed',
    'before-quit',
    'will-quit',
    'second-instance',
    'web-contents-created',
    'render-process-gone',
    'child-process-gone',
  ];
  readonly testPaths = new Map<string, string>();
  testSandbox = false;
  testLockData: unknown;
  #ready = Promise.withResolvers<void>();
  #exited = Promise.withResolvers<number>();

  get isPackaged(): boolean {
    return machine.packaged;
  }

  whenReady(): Promise<void> {
    return this.#ready.promise;
  }

  quit(): void {
    if (machine.exitCode !== undefined) return;
    this.emit('before-quit', new PreventableEvent());
    const event = new PreventableEvent();
    this.emit('will-quit', event);
    if (!event.defaultPrevented) this.exit(0);
  }

  exit(code = 0): void {
    machine.exitCode ??= code;
    this.#exited.resolve(machine.exitCode);
  }

  getAppPath(): string {
    return resolve(import.meta.dirname, '../../..');
  }

  setPath(name: string, path: string): void {
    if (!existsSync(path)) throw new Error(`Path ${path} does not exist`);
    this.testPaths.set(name, path);
  }

  requestSingleInstanceLock(data?: Record<string, unknown>): boolean {
    this.testLockData = structuredClone(data);
    return machine.firstInstance;
  }

  enableSandbox(): void {
    machine.mustNotBeReady('app.enableSandbox');
    this.testSandbox = true;
  }

  disableHardwareAcceleration(): void {
    machine.mustNotBeReady('app.disableHardwareAcceleration');
  }

  testBecomeReady(): void {
    machine.ready = true;
    this.#ready.resolve();
  }

  /** Resolves to the status the process ends with. */
  testExited(): Promise<number> {
    return this.#exited.promise;
  }

  /** Somebody starts the app once more; `data` is what that process sent. */
  testSecondInstance(data: unknown): void {
    this.emit('second-instance', new PreventableEvent(), ['keytray-desktop'], '/', data);
  }

  testReset(): void {
    this.removeAllListeners();
    this.testPaths.clear();
    this.testSandbox = false;
    this.#ready = Promise.withResolvers();
    this.#exited = Promise.withResolvers();
  }
}

export const app = new StandInApp();

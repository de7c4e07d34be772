import type * as E from 'electron';
import { machine } from './machine.ts';
import { StrictEmitter } from './strict-emitter.ts';

export class StandInNotification extends StrictEmitter implements Pick<E.Notification, 'show' | 'close'> {
  static testSupported = true;
  /** Every one that was shown, in order. */
  static readonly testAll: StandInNotification[] = [];
  readonly testEvents = ['click', 'close', 'action', 'show'];
  readonly testOptions: E.NotificationConstructorOptions;
  testOpen = false;

  constructor(options: E.NotificationConstructorOptions = {}) {
    super();
    this.testOptions = options;
  }

  static isSupported(): boolean {
    return StandInNotification.testSupported;
  }

  static get testVisible(): readonly StandInNotification[] {
    return StandInNotification.testAll.filter(({ testOpen }) => testOpen);
  }

  show(): void {
    machine.mustBeReady('Notification');
    this.testOpen = true;
    StandInNotification.testAll.push(this);
  }

  close(): void {
    if (!this.testOpen) return;
    this.testOpen = false;
    this.emit('close', {});
  }

  testClick(): void {
    this.emit('click', {});
  }

  testAction(label: string): void {
    const actionIndex = (this.testOptions.actions ?? []).findIndex(({ text }) => text === label);
    this.emit('action', { actionIndex, selectionIndex: -1 });
  }

  testPutAside(): void {
    this.close();
  }
}

import type * as E from 'electron';

export interface StandInBox {
  readonly options: E.MessageBoxOptions;
  /** Over a window, or by itself. */
  readonly modal: boolean;
  /** As the person: the words of a button, or `undefined` to close the box. */
  click(words: string | undefined): void;
}

/** What the stand-in knows of the process it plays: whether Electron is ready, and what came of it. */
class Machine {
  ready = false;
  /** Undefined while the process lives. */
  exitCode: number | undefined;
  online = true;
  dark = false;
  firstInstance = true;
  packaged = false;
  /** Addresses the person's browser was opened at. */
  readonly opened: string[] = [];
  readonly errorBoxes: string[] = [];
  /** Boxes that wait for a click. */
  readonly messageBoxes: StandInBox[] = [];

  mustBeReady(what: string): void {
    if (!this.ready) throw new Error(`${what} can be used only after app is ready`);
  }

  mustNotBeReady(what: string): void {
    if (this.ready) throw new Error(`${what} can be used only before app is ready`);
  }

  reset(): void {
    this.ready = false;
    this.exitCode = undefined;
    this.online = true;
    this.dark = false;
    this.firstInstance = true;
    this.packaged = false;
    this.opened.length = 0;
    this.errorBoxes.length = 0;
    this.messageBoxes.length = 0;
  }
}

export const machine = new Machine();

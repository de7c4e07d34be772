import { EventEmitter } from 'node:events';

/** Listens only to events Electron has: a misspelt one would never come, and nobody would notice. */
export abstract class StrictEmitter extends EventEmitter {
  abstract readonly testEvents: readonly string[];

  override on(event: string, listener: (...given: never[]) => void): this {
    this.#check(event);
    return super.on(event, listener as (...given: unknown[]) => void);
  }

  override once(event: string, listener: (...given: never[]) => void): this {
    this.#check(event);
    return super.once(event, listener as (...given: unknown[]) => void);
  }

  override emit(event: string, ...given: unknown[]): boolean {
    this.#check(event);
    return super.emit(event, ...given);
  }

  #check(event: string): void {
    if (!this.testEvents.includes(event)) throw new Error(`${this.constructor.name} has no event ${event}`);
  }
}

/** As Electron hands events to listeners. */
export class PreventableEvent {
  defaultPrevented = false;

  preventDefault(): void {
    this.defaultPrevented = true;
  }
}

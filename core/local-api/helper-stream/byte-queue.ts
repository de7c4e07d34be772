import { ByteBuffer } from '../server/byte-buffer.ts';

export interface Patience {
  /** How long the consumer waits for the next bytes. */
  readonly milliseconds: number;
  /** What it meets then. */
  readonly error: () => Error;
  /** Called when the consumer begins to wait; the function it returns, when there is something to read. */
  readonly waits: () => () => void;
}

/**
 * Bytes from one producer to one consumer, who may be slower or never come. The producer bounds the amount.
 * Where the pieces were cut is not kept.
 */
export class ByteQueue implements AsyncIterable<Uint8Array> {
  readonly #patience: Patience | undefined;
  readonly #waiting = new ByteBuffer();
  #end: { readonly error: (() => Error) | undefined } | undefined;
  #wake: (() => void) | undefined;

  constructor(patience?: Patience) {
    this.#patience = patience;
  }

  push(chunk: Uint8Array): void {
    if (chunk.length === 0) return;
    this.#waiting.append(chunk);
    this.#wake?.();
  }

  /** With an error, made when it is needed, the consumer meets it after the bytes that came before. */
  end(error?: () => Error): void {
    this.#end ??= { error };
    this.#wake?.();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    for (;;) {
      if (this.#waiting.length > 0) {
        yield this.#waiting.takeAll();
      } else if (this.#end !== undefined) {
        if (this.#end.error !== undefined) throw this.#end.error();
        return;
      } else {
        await this.#more();
      }
    }
  }

  async #more(): Promise<void> {
    const patience = this.#patience;
    const readsOn = patience?.waits();
    const timer = patience && setTimeout(() => this.end(patience.error), patience.milliseconds);
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
    clearTimeout(timer);
    readsOn?.();
    this.#wake = undefined;
  }
}

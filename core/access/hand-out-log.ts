import type { Clock, Logger } from '../ports.ts';
import type { Consumer } from './consumer.ts';

export interface HandOut {
  readonly account: string;
  readonly protocol: string;
  readonly host: string | undefined;
}

interface Noted {
  readonly at: number;
  /** Hand-outs since, not written yet. */
  more: number;
}

const window = 60_000;
const mostNoted = 500;

/**
 * Writes who was given a token. A program that asks for the same again within a minute is counted, not listed: a
 * script in a loop would fill the disk. The count stands in its next line, as `repeated`.
 */
export class HandOutLog {
  readonly #logger: Logger;
  readonly #clock: Clock;
  readonly #noted = new Map<string, Noted>();

  constructor(logger: Logger, clock: Clock) {
    this.#logger = logger;
    this.#clock = clock;
  }

  note(handOut: HandOut, consumer: Consumer): void {
    const { account, protocol, host } = handOut;
    const { pid, startTime, executable = 'unknown' } = consumer;
    const key = `${pid} ${startTime} ${account} ${protocol} ${host}`;
    const now = this.#clock.monotonic();
    const noted = this.#noted.get(key);
    if (noted !== undefined && now - noted.at < window) {
      noted.more += 1;
      return;
    }
    // Set anew, so that the first of the map is the oldest.
    this.#noted.delete(key);
    this.#noted.set(key, { at: now, more: 0 });
    this.#forgetOldest();
    const repeated = noted === undefined || noted.more === 0 ? {} : { repeated: noted.more };
    this.#logger.info('handed out', { account, protocol, host, consumer: pid, executable, ...repeated });
  }

  #forgetOldest(): void {
    if (this.#noted.size <= mostNoted) return;
    const [oldest] = this.#noted.keys();
    if (oldest !== undefined) this.#noted.delete(oldest);
  }
}

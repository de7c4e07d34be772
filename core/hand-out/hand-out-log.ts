import type { Consumer } from '../platform/consumer.ts';
import type { Clock, Logger } from '../ports.ts';

export interface HandOut {
  readonly account: string;
  readonly protocol: string;
  readonly host: string | undefined;
}

interface Noted {
  readonly at: number;
  /** Seconds from boot. */
  readonly uptime: number;
  /** Hand-outs since, not written yet. */
  more: number;
}

const window = 60_000;
const mostNoted = 500;
/** Linux tells every program so (USER_HZ), whatever the kernel counts in. */
const ticksPerSecond = 100;

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
    const { pid, executable = 'unknown' } = consumer;
    const key = `${pid} ${account} ${protocol} ${host}`;
    const now = this.#clock.monotonic();
    const known = this.#noted.get(key);
    const noted = known !== undefined && startedBefore(consumer, known) ? known : undefined;
    if (noted !== undefined && now - noted.at < window) {
      noted.more += 1;
      return;
    }
    // Set anew, so that the first of the map is the oldest.
    this.#noted.delete(key);
    this.#noted.set(key, { at: now, uptime: this.#clock.uptime(), more: 0 });
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

/** A pid that began later is another process. Reading when it did costs, so that who comes once is not asked. */
function startedBefore({ startTime }: Consumer, { uptime }: Noted): boolean {
  return startTime === undefined || startTime / ticksPerSecond <= uptime;
}

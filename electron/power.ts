import { net, powerMonitor } from 'electron';
import type { BrokerHost } from '../core/host/broker-host.ts';
import type { Clock, Logger, Timer } from '../core/ports.ts';

export interface PowerOptions {
  readonly host: Pick<BrokerHost, 'broker' | 'screenLocked'>;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly platform: NodeJS.Platform;
  readonly quit: () => void;
  /** The machine went online or offline. */
  readonly changed: () => void;
}

// Electron tells no event of it in the main process.
const lookEvery = 10_000;

/** Sleep, wake, screen and network of the machine, into the broker. To be made once Electron is ready. */
export class Power {
  readonly #options: PowerOptions;
  #online = net.isOnline();
  #timer: Timer | undefined;

  constructor(options: PowerOptions) {
    this.#options = options;
    const { host, logger, platform, quit } = options;
    powerMonitor.on('suspend', () => logger.info('the machine goes to sleep'));
    powerMonitor.on('resume', () => {
      host.broker.woken();
      this.#look();
    });
    powerMonitor.on('shutdown', quit);
    if (platform !== 'linux') {
      // On Linux the broker hears it from logind.
      powerMonitor.on('lock-screen', () => host.screenLocked(true));
      powerMonitor.on('unlock-screen', () => host.screenLocked(false));
    }
    this.#lookLater();
  }

  get online(): boolean {
    return this.#online;
  }

  close(): void {
    this.#timer?.cancel();
  }

  #look(): void {
    const online = net.isOnline();
    if (online === this.#online) return;
    this.#online = online;
    if (online) this.#options.host.broker.woken();
    this.#options.changed();
  }

  #lookLater(): void {
    this.#timer = this.#options.clock.after(lookEvery, () => {
      this.#look();
      this.#lookLater();
    });
  }
}

import { Broker } from '../../core/broker/broker.ts';
import type { Config } from '../../core/config/config.ts';
import { KeytrayError } from '../../core/errors.ts';
import type { Clock, Logger, Notifier } from '../../core/ports.ts';
import type { AttemptNotes } from '../../core/refresh/attempt-notes.ts';
import { EncryptedFileStore } from '../../core/stores/encrypted-file/encrypted-file-store.ts';
import { MemoryStore } from '../../core/stores/memory-store.ts';
import type { Placement, Placements } from '../../core/stores/placements.ts';
import type { Caller } from '../../core/wire/broker-api.ts';
import type { TokenRequest, TokenView } from '../../core/wire/schemas.ts';
import { kernelPeers } from '../support/loopback-peers.ts';
import { awsEnvironment } from './account-items.ts';
import type { LossCause } from './authorization-fleet.ts';
import type { Life } from './life.ts';
import type { Random } from './random.ts';
import { KeychainSession, type KeychainWatch, never, type SimulatedKeychain } from './simulated-keychain.ts';
import type { SimulatedNetwork } from './simulated-network.ts';
import { type ClockKind, second, type World } from './world.ts';

export interface Machine {
  readonly world: World;
  readonly clockKind: ClockKind;
  readonly network: SimulatedNetwork;
  readonly keychain: SimulatedKeychain;
  readonly keychainWatch: KeychainWatch;
  readonly placements: Placements;
  readonly attempts: AttemptMemory;
  readonly notifier: Notifier;
}

export class MemoryPlacements implements Placements {
  readonly #placements = new Map<string, Placement>();

  async of(account: string): Promise<Placement | undefined> {
    return this.#placements.get(account);
  }

  async set(account: string, placement: Placement): Promise<void> {
    this.#placements.set(account, placement);
  }
}

/** Outlives the process, as files do. */
export class AttemptMemory {
  readonly #begun = new Map<string, number>();

  /** As the next process finds it. */
  read(): AttemptNotes {
    const left = new Map(this.#begun);
    return {
      begin: async (account, generation) => {
        this.#begun.set(account, generation);
      },
      end: async (account) => {
        left.delete(account);
        this.#begun.delete(account);
      },
      interrupted: (account, generation) => left.get(account) === generation,
    };
  }
}

const silent: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};

const caller: Caller = {
  consumer: { uid: 0, pid: 1, executable: undefined, startTime: undefined, parents: [] },
  signal: new AbortController().signal,
};

// What the agent gives requests under way when it is asked to end.
const drainTime = 2 * second;

/** One life of the real broker, on simulated clock, network and keychain. */
export class BrokerProcess implements Life {
  readonly serial: number;
  readonly clock: Clock;
  readonly #world: World;
  readonly #broker: Broker;
  readonly #keychain: KeychainSession;
  #death: LossCause | undefined;
  #calls = 0;

  constructor(serial: number, machine: Machine, config: Config, random: Random) {
    const { world, network, keychain, keychainWatch } = machine;
    const alive = this.alive;
    this.serial = serial;
    this.#world = world;
    this.clock = world.clockFor(alive, machine.clockKind);
    this.#keychain = new KeychainSession({ keychain, world, random, alive, watch: keychainWatch });
    const show: Notifier['show'] = (...notice) => {
      if (alive()) machine.notifier.show(...notice);
    };
    this.#broker = new Broker({
      kind: 'agent',
      clock: this.clock,
      http: network.httpFor(this),
      userAgent: { open: never },
      peers: kernelPeers,
      notifier: { show, withdraw: (id) => machine.notifier.withdraw(id) },
      stores: {
        keychain: this.#keychain,
        memory: new MemoryStore(),
        // No account uses it: nothing is ever read there.
        'encrypted-file': new EncryptedFileStore({ path: '/nonexistent/tokens.sealed', logger: silent }),
      },
      placements: machine.placements,
      logger: silent,
      random: random.next,
      reloadConfig: async () => undefined,
      quit: () => undefined,
      attempts: machine.attempts.read(),
      programs: network.programsFor(this),
      environment: awsEnvironment,
    });
    this.configure(config);
    void this.#broker.start();
  }

  readonly alive = (): boolean => this.#death === undefined;

  readonly lossCause = (): LossCause => this.#death ?? 'process ended in good order';

  readonly configure = (config: Config): void => {
    this.#broker.configure(config, ['simulated']);
  };

  /** Nothing comes of a call whose process has died meanwhile. */
  async token(account: string, request: TokenRequest): Promise<TokenView | KeytrayError> {
    this.#calls += 1;
    try {
      const view = await this.#broker.token(account, request, caller);
      return this.alive() ? view : await never();
    } catch (error) {
      if (!this.alive()) return await never();
      if (error instanceof KeytrayError) return error;
      throw error;
    } finally {
      this.#calls -= 1;
    }
  }

  /** Killed, or the machine lost its power. */
  kill(): void {
    this.#die('process killed');
  }

  /** As the agent does on SIGTERM. */
  async end(): Promise<void> {
    await this.#broker.stop();
    const deadline = this.#world.awake + drainTime;
    while (this.#calls > 0 && this.#world.awake < deadline) await this.#world.work(50);
    this.#die('process ended in good order');
  }

  #die(cause: LossCause): void {
    this.#death ??= cause;
    this.#broker.stop();
    void this.#keychain.close();
  }
}

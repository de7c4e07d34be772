import { existsSync } from 'node:fs';
import { DBus } from './dbus/bus.ts';
import type { Clock, Timer } from './ports.ts';

export interface LogindOptions {
  readonly env: NodeJS.ProcessEnv;
  readonly clock: Clock;
  readonly woken: () => void;
}

const usualSocket = '/run/dbus/system_bus_socket';
const busDeadline = 2_000;
const lookAgain = 60_000;
const manager = 'org.freedesktop.login1.Manager';

/** Undefined on a machine without a system bus: a container. */
function systemBus(env: NodeJS.ProcessEnv): string | undefined {
  const { DBUS_SYSTEM_BUS_ADDRESS: address = '' } = env;
  if (address !== '') return address;
  return existsSync(usualSocket) ? `unix:path=${usualSocket}` : undefined;
}

/** Hears from systemd-logind that the machine has woken (`PrepareForSleep`), where there is one. */
export class Logind {
  readonly #options: LogindOptions;
  readonly #bus: DBus;
  #timer: Timer | undefined;

  constructor(options: LogindOptions) {
    this.#options = options;
    this.#bus = new DBus({
      address: () => systemBus(options.env),
      clock: options.clock,
      deadline: busDeadline,
      matches: [`type='signal',interface='${manager}',member='PrepareForSleep'`],
      heard: ({ interface: name, member, body: [goingToSleep] }) => {
        if (name === manager && member === 'PrepareForSleep' && goingToSleep === false) options.woken();
      },
      lost: () => this.#listenLater(),
    });
  }

  /** Never rejects; without a bus it looks again now and then, as one may come up after us. */
  async listen(): Promise<void> {
    const reply = await this.#bus.call({
      destination: 'org.freedesktop.DBus',
      path: '/org/freedesktop/DBus',
      interface: 'org.freedesktop.DBus',
      member: 'GetId',
      signature: '',
      body: [],
    });
    if (reply.kind === 'no_answer' || reply.kind === 'no_bus') this.#listenLater();
  }

  close(): void {
    this.#timer?.cancel();
    this.#bus.close();
  }

  #listenLater(): void {
    if (systemBus(this.#options.env) === undefined) return;
    this.#timer = this.#options.clock.after(lookAgain, () => void this.listen());
  }
}

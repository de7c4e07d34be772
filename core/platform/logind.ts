import { existsSync } from 'node:fs';
import type { Clock, Timer } from '../ports.ts';
import { DBus } from './dbus/bus.ts';
import { daemon, unwrapped } from './dbus/messages.ts';

export interface LogindOptions {
  readonly env: NodeJS.ProcessEnv;
  readonly clock: Clock;
  readonly woken: () => void;
  /** The person's own session, as its desktop says; first told once it is known. */
  readonly screenLocked: (locked: boolean) => void;
}

const usualSocket = '/run/dbus/system_bus_socket';
const busDeadline = 2_000;
const lookAgain = 60_000;
const service = 'org.freedesktop.login1';
const manager = 'org.freedesktop.login1.Manager';
const properties = 'org.freedesktop.DBus.Properties';
const session = 'org.freedesktop.login1.Session';
const sessions = '/org/freedesktop/login1/session';

/** Undefined on a machine without a system bus: a container. */
function systemBus(env: NodeJS.ProcessEnv): string | undefined {
  const { DBUS_SYSTEM_BUS_ADDRESS: address = '' } = env;
  if (address !== '') return address;
  return existsSync(usualSocket) ? `unix:path=${usualSocket}` : undefined;
}

/**
 * Hears from systemd-logind, where there is one, that the machine has woken (`PrepareForSleep`) and that the screen is
 * locked (`LockedHint`).
 */
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
      broadcastsOnly: true,
    });
    this.#bus.listen({
      matches: [
        `type='signal',sender='${service}',interface='${manager}',member='PrepareForSleep'`,
        `type='signal',sender='${service}',interface='${properties}',member='PropertiesChanged',path_namespace='${sessions}'`,
      ],
      heard: ({ interface: name, member, body: [first] }) => {
        if (name === manager && member === 'PrepareForSleep' && first === false) options.woken();
        // The signal may be of somebody else's session.
        if (name === properties && member === 'PropertiesChanged' && first === session) void this.#askWhetherLocked();
      },
      lost: () => this.#listenLater(),
    });
  }

  /** Never rejects; without a bus it looks again now and then, as one may come up after us. */
  async listen(): Promise<void> {
    const reply = await this.#bus.call({
      ...daemon,
      member: 'GetId',
      signature: '',
      body: [],
    });
    if (reply.kind !== 'reply' && reply.kind !== 'error') return this.#listenLater();
    await this.#askWhetherLocked();
  }

  close(): void {
    this.#timer?.cancel();
    this.#bus.close();
  }

  async #askWhetherLocked(): Promise<void> {
    const reply = await this.#bus.call({
      destination: service,
      // The session of the caller, or the one its user has a screen in.
      path: `${sessions}/auto`,
      interface: properties,
      member: 'Get',
      signature: 'ss',
      body: [session, 'LockedHint'],
    });
    const locked = reply.kind === 'reply' ? unwrapped(reply.body[0]) : undefined;
    if (typeof locked === 'boolean') this.#options.screenLocked(locked);
  }

  #listenLater(): void {
    if (systemBus(this.#options.env) === undefined) return;
    this.#timer = this.#options.clock.after(lookAgain, () => void this.listen());
  }
}

import type { BusSignal, DBus } from '../platform/dbus/bus.ts';
import { daemon, unwrapped } from '../platform/dbus/messages.ts';

export interface HostWatchOptions {
  readonly bus: DBus;
  /** Where the icon is. */
  readonly path: string;
  /** Somebody began, or ceased, to show tray icons; first told once it is known. */
  readonly changed: (present: boolean) => void;
}

const watcher = 'org.kde.StatusNotifierWatcher';
const object = { destination: watcher, path: '/StatusNotifierWatcher' } as const;
const deadline = 5_000;

/**
 * Tells of the icon whoever keeps the list of icons (StatusNotifierWatcher), and anew whenever there is another list:
 * after a panel was restarted, after the bus was lost, when a host came late. GNOME without its extension has no list,
 * and at login we may be up before those who keep it.
 */
export class HostWatch {
  readonly #options: HostWatchOptions;
  #deaf: (() => void) | undefined;
  #present: boolean | undefined;
  /** GNOME's extension drops an item that is told of again while it still takes it in. */
  #registering = false;
  #again = false;
  /** Of two looks at once only the later one tells. */
  #look = 0;

  constructor(options: HostWatchOptions) {
    this.#options = options;
  }

  begin(): void {
    this.#deaf = this.#options.bus.listen({
      matches: [
        `type='signal',interface='${daemon.interface}',member='NameOwnerChanged',arg0='${watcher}'`,
        `type='signal',interface='${watcher}'`,
      ],
      heard: (signal) => this.#heard(signal),
      connected: () => void this.#register(),
      lost: () => this.#tell(false),
    });
    // Where there is no bus nothing else would say that nobody shows icons.
    void this.#lookAgain();
  }

  close(): void {
    this.#look += 1;
    this.#deaf?.();
  }

  #heard({ interface: name, member, body: [first, , owner] }: BusSignal): void {
    if (name === daemon.interface && member === 'NameOwnerChanged' && first === watcher) {
      if (owner === '') this.#tell(false);
      else void this.#register();
    }
    // Hosts that come late do not all ask for what was registered before them.
    if (name === watcher && member === 'StatusNotifierHostRegistered' && !this.#registering) void this.#register();
    if (name === watcher && member === 'StatusNotifierHostUnregistered') void this.#lookAgain();
  }

  /** One at a time: for a list that came meanwhile, once more. */
  async #register(): Promise<void> {
    this.#again = true;
    if (this.#registering) return;
    this.#registering = true;
    while (this.#again) {
      this.#again = false;
      await this.#registerNow();
    }
    this.#registering = false;
  }

  async #registerNow(): Promise<void> {
    const { bus, path } = this.#options;
    // By its path alone, so that it is known by our own name on the bus. One told of by a name of its own is watched by
    // GNOME's extension for a new owner of that name, and lost where its properties arrive before it knows the first.
    await bus.call(
      { ...object, interface: watcher, member: 'RegisterStatusNotifierItem', signature: 's', body: [path] },
      { deadline },
    );
    await this.#lookAgain();
  }

  async #lookAgain(): Promise<void> {
    this.#look += 1;
    const look = this.#look;
    const reply = await this.#options.bus.call(
      {
        ...object,
        interface: `${daemon.interface}.Properties`,
        member: 'Get',
        signature: 'ss',
        body: [watcher, 'IsStatusNotifierHostRegistered'],
      },
      { deadline },
    );
    if (look === this.#look) this.#tell(reply.kind === 'reply' && unwrapped(reply.body[0]) === true);
  }

  #tell(present: boolean): void {
    if (present === this.#present) return;
    this.#present = present;
    this.#options.changed(present);
  }
}

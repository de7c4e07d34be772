import type { DBus } from '../platform/dbus/bus.ts';
import { daemon, unwrapped } from '../platform/dbus/messages.ts';

export interface HostWatchOptions {
  readonly bus: DBus;
  /** Somebody began, or ceased, to show tray icons. */
  readonly changed: (present: boolean) => void;
}

const watcher = 'org.kde.StatusNotifierWatcher';
const busDeadline = 2_000;

/**
 * Whether this desktop shows tray icons (StatusNotifierItem): GNOME without its extension does not, and at login we
 * may be up before those who do.
 */
export class HostWatch {
  readonly #changed: (present: boolean) => void;
  readonly #bus: DBus;
  readonly #deaf: () => void;
  #present: boolean | undefined;

  constructor({ bus, changed }: HostWatchOptions) {
    this.#changed = changed;
    this.#bus = bus;
    this.#deaf = bus.listen({
      matches: [
        `type='signal',interface='org.freedesktop.DBus',member='NameOwnerChanged',arg0='${watcher}'`,
        `type='signal',interface='${watcher}'`,
      ],
      heard: ({ interface: name, member, body: [first] }) => {
        const owner = name === daemon.interface && member === 'NameOwnerChanged' && first === watcher;
        const ours = name === watcher || owner;
        if (ours) void this.#lookAgain();
      },
      lost: () => undefined,
    });
  }

  /** Never rejects. */
  async look(): Promise<boolean> {
    const reply = await this.#bus.call(
      {
        destination: watcher,
        path: '/StatusNotifierWatcher',
        interface: 'org.freedesktop.DBus.Properties',
        member: 'Get',
        signature: 'ss',
        body: [watcher, 'IsStatusNotifierHostRegistered'],
      },
      { deadline: busDeadline },
    );
    this.#present = reply.kind === 'reply' && unwrapped(reply.body[0]) === true;
    return this.#present;
  }

  close(): void {
    this.#deaf();
  }

  async #lookAgain(): Promise<void> {
    const before = this.#present;
    const present = await this.look();
    if (present !== before) this.#changed(present);
  }
}

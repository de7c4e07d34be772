import { DBus } from '../dbus/bus.ts';
import type { Clock } from '../ports.ts';

export interface HostWatchOptions {
  readonly env: NodeJS.ProcessEnv;
  readonly clock: Clock;
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
  #present: boolean | undefined;

  constructor({ env, clock, changed }: HostWatchOptions) {
    this.#changed = changed;
    this.#bus = new DBus({
      address: () => env.DBUS_SESSION_BUS_ADDRESS,
      clock,
      deadline: busDeadline,
      matches: [
        `type='signal',interface='org.freedesktop.DBus',member='NameOwnerChanged',arg0='${watcher}'`,
        `type='signal',interface='${watcher}'`,
      ],
      heard: ({ interface: name, member, body: [first] }) => {
        const ours = name === watcher || (member === 'NameOwnerChanged' && first === watcher);
        if (ours) void this.#lookAgain();
      },
      lost: () => undefined,
    });
  }

  /** Never rejects. */
  async look(): Promise<boolean> {
    const reply = await this.#bus.call({
      destination: watcher,
      path: '/StatusNotifierWatcher',
      interface: 'org.freedesktop.DBus.Properties',
      member: 'Get',
      signature: 'ss',
      body: [watcher, 'IsStatusNotifierHostRegistered'],
    });
    const [variant] = reply.kind === 'reply' ? reply.body : [];
    this.#present = typeof variant === 'object' && variant !== null && 'value' in variant && variant.value === true;
    return this.#present;
  }

  close(): void {
    this.#bus.close();
  }

  async #lookAgain(): Promise<void> {
    const before = this.#present;
    const present = await this.look();
    if (present !== before) this.#changed(present);
  }
}

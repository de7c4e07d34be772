import type { DBus } from '../platform/dbus/bus.ts';
import type { Clock, Logger } from '../ports.ts';
import type { BrokerEvent, StatusView } from '../wire/schemas.ts';
import { BrokerMirror } from './broker-mirror.ts';
import { runCommand, type TrayBroker } from './commands.ts';
import { trayIconFolder } from './icon-folder.ts';
import { TrayPresence } from './presence.ts';
import { StatusNotifierItem } from './status-notifier-item.ts';

export interface BrokerTrayOptions {
  readonly bus: DBus;
  readonly broker: TrayBroker & {
    status(): Promise<StatusView>;
    subscribe(listener: (event: BrokerEvent) => void): () => void;
  };
  readonly clock: Clock;
  readonly logger: Logger;
  /** Whether the machine has a network. */
  readonly online: () => boolean;
  readonly quit: () => void;
}

/** The tray of a broker without windows. Costs nothing but the bus while nobody shows icons. */
export function openBrokerTray(options: BrokerTrayOptions): { close(): void } {
  const { bus, broker, clock, logger, online, quit } = options;
  const mirror = new BrokerMirror();
  const parts = { broker, logger, quit };
  let presence: TrayPresence | undefined;
  let unheard: (() => void) | undefined;
  let wanted = 0;
  const item = new StatusNotifierItem({
    bus,
    icons: trayIconFolder(),
    run: (command) => void runCommand(command, parts),
    changed: (present) => {
      if (present) void appear();
      else disappear();
    },
  });

  async function appear(): Promise<void> {
    wanted += 1;
    const mine = wanted;
    unheard ??= broker.subscribe((event) => {
      mirror.heard(event);
      presence?.changed();
    });
    // Or the first menu would say that there is no account.
    const status = await broker.status();
    if (mine !== wanted) return;
    mirror.heard({ type: 'state', status });
    const offers = { window: false, clipboard: 'none', tools: false } as const;
    presence ??= new TrayPresence({
      clock,
      face: item,
      view: () => {
        const { accounts, handOuts, configError } = mirror;
        return { accounts, handOuts, configError, offers, online: online(), now: clock.now() };
      },
    });
    presence.changed();
  }

  function disappear(): void {
    wanted += 1;
    presence?.close();
    presence = undefined;
    unheard?.();
    unheard = undefined;
  }

  item.appear();
  return {
    close: () => {
      disappear();
      item.close();
    },
  };
}

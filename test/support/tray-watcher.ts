import type { EventEmitter } from 'node:events';
import { interface as dbusInterface, sessionBus } from '@jellybrick/dbus-next';

const name = 'org.kde.StatusNotifierWatcher';

class Watcher extends dbusInterface.Interface {
  IsStatusNotifierHostRegistered = true;

  constructor() {
    super(name);
    // The library's own fields hide what it configured on the prototype.
    Reflect.deleteProperty(this, '$properties');
  }
}
Watcher.configureMembers({
  properties: { IsStatusNotifierHostRegistered: { signature: 'b', access: dbusInterface.ACCESS_READ } },
});

/** A desktop that shows tray icons, as far as one can tell over D-Bus. */
export async function exportTrayWatcher(busAddress: string): Promise<{ close(): void }> {
  const bus = sessionBus({ busAddress });
  const untyped: EventEmitter = bus;
  untyped.on('error', () => undefined);
  bus.export('/StatusNotifierWatcher', new Watcher());
  await bus.requestName(name, 0);
  return { close: () => bus.disconnect() };
}

import { interface as dbusInterface, sessionBus } from '@jellybrick/dbus-next';

const name = 'org.freedesktop.login1.Session';

class Session extends dbusInterface.Interface {
  LockedHint = false;

  constructor() {
    super(name);
    // The library's own fields hide what it configured on the prototype.
    Reflect.deleteProperty(this, '$properties');
  }
}
Session.configureMembers({ properties: { LockedHint: { signature: 'b', access: dbusInterface.ACCESS_READ } } });

/** One session as systemd-logind exports it, as far as a lock screen goes: nothing here runs logind. */
export async function exportSession(busAddress: string): Promise<{ lock(locked: boolean): void; close(): void }> {
  const bus = sessionBus({ busAddress });
  const session = new Session();
  bus.export('/org/freedesktop/login1/session/auto', session);
  await bus.requestName('org.freedesktop.login1', 0);
  return {
    lock: (locked) => {
      session.LockedHint = locked;
      dbusInterface.Interface.emitPropertiesChanged(session, { LockedHint: locked }, []);
    },
    close: () => bus.disconnect(),
  };
}

import { interface as dbusInterface, Message, type MessageBus, sessionBus } from '@jellybrick/dbus-next';

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

export interface MockedLogind {
  lock(locked: boolean): void;
  /** `PrepareForSleep`; resolves when the bus has it. */
  sleeps(goingToSleep: boolean): Promise<void>;
  close(): void;
}

/** One session as systemd-logind exports it, as far as a lock screen goes: nothing here runs logind. */
export async function exportSession(busAddress: string): Promise<MockedLogind> {
  const bus = sessionBus({ busAddress });
  const session = new Session();
  bus.export('/org/freedesktop/login1/session/auto', session);
  await bus.requestName('org.freedesktop.login1', 0);
  return {
    lock: (locked) => {
      session.LockedHint = locked;
      dbusInterface.Interface.emitPropertiesChanged(session, { LockedHint: locked }, []);
    },
    sleeps: (goingToSleep) => told(bus, sleepSignal(goingToSleep)),
    close: () => bus.disconnect(),
  };
}

/** Another program on the bus says that the machine has woken: to all, and to each connection by itself. */
export async function pretendWaking(busAddress: string): Promise<void> {
  const bus = sessionBus({ busAddress });
  await told(bus, sleepSignal(false));
  const names = (await askBus(bus, 'ListNames'))?.body[0] as readonly string[];
  for (const destination of names.filter((each) => each.startsWith(':'))) {
    await told(bus, Object.assign(sleepSignal(false), { destination }));
  }
  bus.disconnect();
}

const sleepSignal = (goingToSleep: boolean): Message =>
  Message.newSignal('/org/freedesktop/login1', 'org.freedesktop.login1.Manager', 'PrepareForSleep', 'b', [
    goingToSleep,
  ]);

async function told(bus: MessageBus, signal: Message): Promise<void> {
  bus.send(signal);
  // Its answer comes after whatever was sent before.
  await askBus(bus, 'GetId');
}

const askBus = (bus: MessageBus, member: string): Promise<Message | null> =>
  bus.call(
    new Message({
      destination: 'org.freedesktop.DBus',
      path: '/org/freedesktop/DBus',
      interface: 'org.freedesktop.DBus',
      member,
    }),
  );

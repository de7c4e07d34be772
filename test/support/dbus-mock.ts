import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { Message, sessionBus, Variant } from '@jellybrick/dbus-next';
import { waitFor } from './wait-for.ts';

/** python3-dbusmock: a service on the session bus that writes down who called what. Debian's own Python has it. */
const python = '/usr/bin/python3';
const mockInterface = 'org.freedesktop.DBus.Mock';

export interface MockedService {
  /** The arguments of every call of the method, in order. */
  calls(method: string): Promise<readonly (readonly unknown[])[]>;
  stop(): Promise<void>;
}

interface Place {
  readonly name: string;
  readonly path: string;
  readonly interface: string;
}

interface MockBus {
  call(member: string, signature: string, body: readonly unknown[]): Promise<readonly unknown[]>;
  hasOwner(): Promise<boolean>;
  close(): void;
}

function openBus(address: string, { name, path }: Place): MockBus {
  const bus = sessionBus({ busAddress: address });
  const send = async (
    destination: string,
    object: string,
    iface: string,
    member: string,
    signature: string,
    body: readonly unknown[],
  ) => {
    const reply = await bus.call(
      new Message({ destination, path: object, interface: iface, member, signature, body: [...body] }),
    );
    return reply?.body ?? [];
  };
  return {
    call: (member, signature, body) => send(name, path, mockInterface, member, signature, body),
    hasOwner: async () => {
      const daemon = 'org.freedesktop.DBus';
      const [has] = await send(daemon, '/org/freedesktop/DBus', daemon, 'NameHasOwner', 's', [name]);
      return has === true;
    },
    close: () => bus.disconnect(),
  };
}

async function startMock(
  env: Record<string, string>,
  place: Place,
  args: readonly string[],
): Promise<[MockBus, ChildProcess]> {
  const mock = spawn(python, ['-m', 'dbusmock', '--session', ...args], { env, stdio: 'ignore' });
  const bus = openBus(env.DBUS_SESSION_BUS_ADDRESS ?? '', place);
  await waitFor(place.name, async () => mock.exitCode === null && (await bus.hasOwner()));
  return [bus, mock];
}

function serviceOf(bus: MockBus, mock: ChildProcess): MockedService {
  return {
    calls: async (method) => {
      const [calls] = await bus.call('GetMethodCalls', 's', [method]);
      if (!Array.isArray(calls)) throw new Error('the mock does not say who called');
      return calls.map(([, args]: [unknown, readonly { readonly value: unknown }[]]) => args.map(({ value }) => value));
    },
    stop: async () => {
      bus.close();
      const gone = once(mock, 'exit');
      mock.kill();
      await gone;
    },
  };
}

/** Who shows tray icons: Electron registers its icon with it. */
export async function mockTrayHost(env: Record<string, string>): Promise<MockedService> {
  const iface = 'org.kde.StatusNotifierWatcher';
  const place = { name: iface, path: '/StatusNotifierWatcher', interface: iface };
  const [bus, mock] = await startMock(env, place, [place.name, place.path, place.interface]);
  const properties = {
    IsStatusNotifierHostRegistered: new Variant('b', true),
    ProtocolVersion: new Variant('i', 0),
    RegisteredStatusNotifierItems: new Variant('as', []),
  };
  await bus.call('AddProperties', 'sa{sv}', [iface, properties]);
  await bus.call('AddMethod', 'sssss', [iface, 'RegisterStatusNotifierItem', 's', '', '']);
  await bus.call('AddMethod', 'sssss', [iface, 'RegisterStatusNotifierHost', 's', '', '']);
  return serviceOf(bus, mock);
}

/** Who shows notices, with buttons. */
export async function mockNotifications(env: Record<string, string>): Promise<MockedService> {
  const name = 'org.freedesktop.Notifications';
  const place = { name, path: '/org/freedesktop/Notifications', interface: name };
  const parameters = JSON.stringify({ capabilities: 'actions body' });
  const [bus, mock] = await startMock(env, place, ['--template', 'notification_daemon', '--parameters', parameters]);
  return serviceOf(bus, mock);
}

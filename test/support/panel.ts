import type { EventEmitter } from 'node:events';
import { Message, type MessageBus, sessionBus, Variant } from '@jellybrick/dbus-next';
import { waitFor } from './wait-for.ts';

const watcher = 'org.kde.StatusNotifierWatcher';
const watcherPath = '/StatusNotifierWatcher';
const item = 'org.kde.StatusNotifierItem';
const menu = 'com.canonical.dbusmenu';
const properties = 'org.freedesktop.DBus.Properties';

/** One entry as it is on the bus. */
interface Entry {
  readonly id: number;
  readonly label: string;
  readonly enabled: boolean;
  readonly children: readonly Entry[];
}

/** An icon that was told of to the panel; every look is a call, as a panel makes them. */
export interface PanelIcon {
  /** As a person reads them; separators are `-`. */
  labels(...path: readonly string[]): Promise<readonly string[]>;
  /** Goes along the labels, each known by a part of it, and clicks the last. */
  click(...path: readonly string[]): Promise<void>;
  /** Where an entry is, for a click that comes late. */
  idOf(...path: readonly string[]): Promise<number>;
  clickId(id: number): Promise<void>;
  activate(): Promise<void>;
  icon(): Promise<string>;
  tooltip(): Promise<string>;
  status(): Promise<string>;
  /** Names of the signals of the icon and its menu since it was told of. */
  readonly signals: readonly string[];
}

/** A desktop that shows tray icons, as far as one can tell over D-Bus: keeps the list, and reads what is on it. */
export interface Panel {
  /** The latest icon, once there is one whose program is still on the bus. */
  tray(): Promise<PanelIcon>;
  /** How many times at once an icon was told of, before the first of these was answered. */
  readonly mostAtOnce: number;
  close(): void;
}

export async function openPanel(busAddress: string): Promise<Panel> {
  const bus = sessionBus({ busAddress });
  // Missing in the library's types.
  const untyped: EventEmitter = bus;
  untyped.on('error', () => undefined);
  const told: string[] = [];
  const signals: string[] = [];
  const answers: NodeJS.Timeout[] = [];
  let taking = 0;
  let mostAtOnce = 0;
  bus.addMethodHandler((message) => {
    const { interface: name, member, body } = message;
    if (name === watcher && member === 'RegisterStatusNotifierItem') {
      told.push(String(body[0]).startsWith('/') ? message.sender : String(body[0]));
      taking += 1;
      mostAtOnce = Math.max(mostAtOnce, taking);
      // As GNOME's extension does it: the list and what shows it come at once, and the answer takes a while.
      if (told.length === 1) bus.send(Message.newSignal(watcherPath, watcher, 'StatusNotifierHostRegistered'));
      answers.push(
        setTimeout(() => {
          taking -= 1;
          bus.send(Message.newMethodReturn(message));
        }, 50),
      );
      return true;
    }
    if (name !== properties || member !== 'Get' || body[1] !== 'IsStatusNotifierHostRegistered') return false;
    bus.send(Message.newMethodReturn(message, 'v', [new Variant('b', true)]));
    return true;
  });
  bus.on('message', ({ type, interface: name, member }) => {
    const signal = 4;
    if (type === signal && (name === item || name === menu)) signals.push(member);
  });
  for (const name of [item, menu]) await match(bus, `type='signal',interface='${name}'`);
  await bus.requestName(watcher, 0);
  return {
    tray: async () => {
      // A broker that handed over told of its icon too, and went.
      const isThere = async (name: string): Promise<boolean> =>
        (await askDaemon(bus, 'NameHasOwner', 's', [name]))[0] === true;
      await waitFor('the tray icon', async () => told.length > 0 && (await isThere(told.at(-1) ?? '')));
      return iconAt(bus, told.at(-1) ?? '', signals);
    },
    get mostAtOnce() {
      return mostAtOnce;
    },
    close: () => {
      for (const answer of answers) clearTimeout(answer);
      bus.disconnect();
    },
  };
}

/** The icon of that process, which some panel shows, read and clicked beside it. */
export async function iconBeside(busAddress: string, agent: number): Promise<PanelIcon & { close(): void }> {
  const bus = sessionBus({ busAddress });
  const untyped: EventEmitter = bus;
  untyped.on('error', () => undefined);
  const [names] = await askDaemon(bus, 'ListNames', '', []);
  for (const name of Array.isArray(names) ? names : []) {
    const [pid] = await askDaemon(bus, 'GetConnectionUnixProcessID', 's', [name]).catch(() => []);
    if (pid === agent) return { ...iconAt(bus, String(name), []), close: () => bus.disconnect() };
  }
  bus.disconnect();
  throw new Error(`process ${agent} is not on this bus`);
}

function iconAt(bus: MessageBus, destination: string, signals: readonly string[]): PanelIcon {
  const ask = async (path: string, iface: string, member: string, signature: string, body: readonly unknown[]) => {
    const call = new Message({ destination, path, interface: iface, member, signature, body: [...body] });
    return (await bus.call(call))?.body ?? [];
  };
  const property = async (name: string): Promise<unknown> => {
    const [value] = await ask('/StatusNotifierItem', properties, 'Get', 'ss', [item, name]);
    return value instanceof Variant ? value.value : undefined;
  };
  const entries = async (): Promise<readonly Entry[]> => {
    const [, root] = await ask('/MenuBar', menu, 'GetLayout', 'iias', [0, -1, []]);
    return entryOf(root).children;
  };
  const find = async (path: readonly string[]): Promise<Entry> => {
    let level = await entries();
    let found: Entry | undefined;
    for (const words of path) {
      found = level.find(({ label }) => label.includes(words));
      if (found === undefined)
        throw new Error(`there is no ${words} in: ${level.map(({ label }) => label).join(' | ')}`);
      level = found.children;
    }
    if (found === undefined) throw new Error('no entry was named');
    return found;
  };
  const clickId = async (id: number): Promise<void> => {
    await ask('/MenuBar', menu, 'Event', 'isvu', [id, 'clicked', new Variant('i', 0), 0]);
  };
  return {
    signals,
    clickId,
    labels: async (...path) => {
      const level = path.length === 0 ? await entries() : (await find(path)).children;
      return level.map(({ label }) => label);
    },
    click: async (...path) => {
      const { id, enabled, label } = await find(path);
      if (!enabled) throw new Error(`${label} cannot be clicked`);
      await clickId(id);
    },
    idOf: async (...path) => (await find(path)).id,
    activate: async () => {
      await ask('/StatusNotifierItem', item, 'Activate', 'ii', [0, 0]);
    },
    icon: async () => String(await property('IconName')),
    status: async () => String(await property('Status')),
    tooltip: async () => {
      const tooltip = await property('ToolTip');
      return Array.isArray(tooltip) ? String(tooltip[2]) : '';
    },
  };
}

function entryOf(node: unknown): Entry {
  const [id, values, children]: [number, Record<string, Variant>, readonly Variant[]] = node as never;
  const label = values.type?.value === 'separator' ? '-' : String(values.label?.value ?? '').replaceAll('__', '_');
  return {
    id,
    label,
    enabled: values.enabled?.value !== false,
    children: children.map(({ value }) => entryOf(value)),
  };
}

async function match(bus: MessageBus, rule: string): Promise<void> {
  await askDaemon(bus, 'AddMatch', 's', [rule]);
}

async function askDaemon(bus: MessageBus, member: string, signature: string, body: readonly unknown[]) {
  const daemon = 'org.freedesktop.DBus';
  const path = '/org/freedesktop/DBus';
  const call = new Message({ destination: daemon, path, interface: daemon, member, signature, body: [...body] });
  return (await bus.call(call))?.body ?? [];
}

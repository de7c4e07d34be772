import type { BusReply, BusSignal, DBus } from '../../platform/dbus/bus.ts';
import { daemon, unwrapped } from '../../platform/dbus/messages.ts';
import type { LockedProbe, LockedState } from './locked-probe.ts';

const service = 'org.freedesktop.secrets';
const collection = 'org.freedesktop.Secret.Collection';
const properties = 'org.freedesktop.DBus.Properties';

/** Signals of the Secret Service API 0.2 that come with a lock or an unlock, and that of the bus for a new or lost service. */
const matches = [
  `type='signal',sender='${service}',interface='${properties}',member='PropertiesChanged',arg0='${collection}'`,
  `type='signal',sender='${service}',interface='org.freedesktop.Secret.Service'`,
  `type='signal',sender='org.freedesktop.DBus',interface='org.freedesktop.DBus',member='NameOwnerChanged',arg0='${service}'`,
];

/** Asks the Secret Service for the `Locked` property of the default collection (Secret Service API 0.2) and listens for changes. */
export function dbusProbe(bus: DBus, deadline = 3_000): LockedProbe {
  let changed = (): void => undefined;
  const deaf = bus.listen({
    matches,
    heard: (signal) => {
      if (concernsLocking(signal)) changed();
    },
    lost: () => changed(),
  });
  return {
    ask: async () =>
      judgeReply(
        await bus.call(
          {
            destination: service,
            path: '/org/freedesktop/secrets/aliases/default',
            interface: properties,
            member: 'Get',
            signature: 'ss',
            body: [collection, 'Locked'],
          },
          // What is asked here must be what the child is given.
          { onlyPath: true, deadline },
        ),
      ),
    watch: (listener) => {
      changed = listener;
    },
    close: deaf,
  };
}

/** What the answer means. Pure. */
export function judgeReply(reply: BusReply): LockedState {
  switch (reply.kind) {
    case 'no_bus':
    case 'no_answer':
      return reply.kind;
    case 'untrusted_bus':
      return reply;
    case 'reply':
      return judgeLocked(reply.body[0]);
    case 'error':
      return judgeError(reply.name);
  }
}

function judgeLocked(variant: unknown): LockedState {
  const value = unwrapped(variant);
  if (typeof value !== 'boolean') return 'unknown';
  return value ? 'locked' : 'unlocked';
}

function judgeError(name: string): LockedState {
  const error = name.replace(/^org\.freedesktop\.DBus\.Error\./, '');
  if (/^(ServiceUnknown|NameHasNoOwner|Spawn\.\w+)$/.test(error)) return 'no_service';
  if (/^Unknown(Method|Object|Interface|Property)$/.test(error)) return 'no_collection';
  if (/^(NoReply|Timeout|TimedOut)$/.test(error)) return 'no_answer';
  return error === 'AccessDenied' ? 'denied' : 'unknown';
}

/** Every write changes a property of the collection, too: only `Locked` is news. */
function concernsLocking({ interface: name, member, body: [first, values] }: BusSignal): boolean {
  switch (name) {
    case 'org.freedesktop.Secret.Service':
      return true;
    case daemon.interface:
      return member === 'NameOwnerChanged' && first === service;
    case properties:
      return first === collection && typeof values === 'object' && values !== null && 'Locked' in values;
    default:
      return false;
  }
}

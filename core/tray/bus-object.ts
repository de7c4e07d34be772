import type { BusAnswer, IncomingCall } from '../platform/dbus/bus.ts';
import { type BusVariant, daemon } from '../platform/dbus/messages.ts';

const head = `<!DOCTYPE node PUBLIC "-//freedesktop//DTD D-BUS Object Introspection 1.0//EN" "http://www.freedesktop.org/standards/dbus/1.0/introspect.dtd">`;

/** `org.freedesktop.DBus.Introspectable` of an object with one interface of its own, described by `xml`. */
export function introspect(call: IncomingCall, xml: string): BusAnswer {
  if (call.interface !== `${daemon.interface}.Introspectable` || call.member !== 'Introspect') return undefined;
  return { signature: 's', body: [`${head}\n<node>${xml}</node>\n`] };
}

/** `org.freedesktop.DBus.Properties`, for reading: `Get` and `GetAll`. */
export function answerProperties(
  { interface: asked, member, body: [of, property] }: IncomingCall,
  name: string,
  values: () => Readonly<Record<string, BusVariant>>,
): BusAnswer {
  if (asked !== `${daemon.interface}.Properties` || of !== name) return undefined;
  if (member === 'GetAll') return { signature: 'a{sv}', body: [values()] };
  const value = member === 'Get' && typeof property === 'string' ? values()[property] : undefined;
  return value && { signature: 'v', body: [value] };
}

import type { BusAnswer, DBus, IncomingCall } from '../platform/dbus/bus.ts';
import { BusVariant } from '../platform/dbus/messages.ts';
import { answerProperties, introspect } from './bus-object.ts';
import type { MenuCommand, MenuEntry } from './menu-model.ts';
import { type MenuNode, MenuTree } from './menu-tree.ts';

export const menuPath = '/MenuBar';
const name = 'com.canonical.dbusmenu';

export interface DBusMenuOptions {
  readonly bus: DBus;
  readonly run: (command: MenuCommand) => void;
}

/** The menu as an object on the bus (com.canonical.dbusmenu, version 3): any program of the session can read and click it. */
export class DBusMenu {
  readonly #options: DBusMenuOptions;
  readonly #tree = new MenuTree();
  readonly #hide: () => void;

  constructor(options: DBusMenuOptions) {
    this.#options = options;
    this.#hide = options.bus.serve(menuPath, (call) => this.#answer(call));
  }

  show(entries: readonly MenuEntry[]): void {
    const { bus } = this.#options;
    const change = this.#tree.show(entries);
    switch (change.kind) {
      case 'none':
        return;
      case 'properties': {
        const changed = change.changed.map(({ id, properties }) => [id, variants(properties)]);
        const signal = { path: menuPath, interface: name, member: 'ItemsPropertiesUpdated' };
        bus.emit({ ...signal, signature: 'a(ia{sv})a(ias)', body: [changed, []] });
        return;
      }
      case 'layout':
        bus.emit({
          path: menuPath,
          interface: name,
          member: 'LayoutUpdated',
          signature: 'ui',
          body: [change.revision, 0],
        });
        return;
    }
  }

  close(): void {
    this.#hide();
  }

  #answer(call: IncomingCall): BusAnswer {
    const described = introspect(call, xml) ?? answerProperties(call, name, () => properties);
    if (described !== undefined || call.interface !== name) return described;
    const [first, second, third] = call.body;
    switch (call.member) {
      case 'GetLayout': {
        const node = typeof first === 'number' ? this.#tree.find(first) : undefined;
        if (node === undefined || typeof second !== 'number') return undefined;
        const body = [this.#tree.revision, layout(node, second, namesIn(third))];
        return { signature: 'u(ia{sv}av)', body };
      }
      case 'GetGroupProperties': {
        const found = numbersIn(first).map((id) => this.#tree.find(id));
        const known = found.filter((node) => node !== undefined);
        const body = known.map(({ id, properties: all }) => [id, variants(picked(all, namesIn(second)))]);
        return { signature: 'a(ia{sv})', body: [body] };
      }
      case 'GetProperty': {
        const all = typeof first === 'number' ? this.#tree.find(first)?.properties : undefined;
        const value = typeof second === 'string' && all !== undefined ? variants(all)[second] : undefined;
        return value && { signature: 'v', body: [value] };
      }
      case 'Event':
        this.#happened(first, second);
        return { signature: '', body: [] };
      case 'EventGroup': {
        const events = listsIn(first);
        for (const [id, event] of events) this.#happened(id, event);
        return { signature: 'ai', body: [this.#unknown(events.map(([id]) => id))] };
      }
      case 'AboutToShow':
        return { signature: 'b', body: [false] };
      case 'AboutToShowGroup':
        return { signature: 'aiai', body: [[], this.#unknown(numbersIn(first))] };
      default:
        return undefined;
    }
  }

  #happened(id: unknown, event: unknown): void {
    if (event !== 'clicked' || typeof id !== 'number') return;
    const command = this.#tree.commandOf(id);
    if (command !== undefined) this.#options.run(command);
  }

  #unknown(ids: readonly unknown[]): readonly number[] {
    return ids.filter((id) => typeof id === 'number').filter((id) => this.#tree.find(id) === undefined);
  }
}

const properties = {
  Version: new BusVariant('u', 3),
  TextDirection: new BusVariant('s', 'ltr'),
  Status: new BusVariant('s', 'normal'),
  IconThemePath: new BusVariant('as', []),
};

/** `(ia{sv}av)`; a depth of -1 is all of it. */
function layout(node: MenuNode, depth: number, names: readonly string[]): readonly unknown[] {
  const children =
    depth === 0 ? [] : node.children.map((child) => new BusVariant('(ia{sv}av)', layout(child, depth - 1, names)));
  return [node.id, variants(picked(node.properties, names)), children];
}

/** No names: all. */
function picked(all: MenuNode['properties'], names: readonly string[]): MenuNode['properties'] {
  return names.length === 0 ? all : Object.fromEntries(Object.entries(all).filter(([key]) => names.includes(key)));
}

const variants = (all: MenuNode['properties']): Record<string, BusVariant> =>
  Object.fromEntries(
    Object.entries(all).map(([key, value]) => [key, new BusVariant(typeof value === 'string' ? 's' : 'b', value)]),
  );

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
const numbersIn = (value: unknown): readonly number[] => listOf(value).filter((each) => typeof each === 'number');
const namesIn = (value: unknown): readonly string[] => listOf(value).filter((each) => typeof each === 'string');
const listsIn = (value: unknown): readonly (readonly unknown[])[] => listOf(value).map(listOf);

const xml = `<interface name="${name}">
<property name="Version" type="u" access="read"/><property name="TextDirection" type="s" access="read"/>
<property name="Status" type="s" access="read"/><property name="IconThemePath" type="as" access="read"/>
<method name="GetLayout"><arg type="i" name="parentId" direction="in"/><arg type="i" name="recursionDepth" direction="in"/><arg type="as" name="propertyNames" direction="in"/><arg type="u" name="revision" direction="out"/><arg type="(ia{sv}av)" name="layout" direction="out"/></method>
<method name="GetGroupProperties"><arg type="ai" name="ids" direction="in"/><arg type="as" name="propertyNames" direction="in"/><arg type="a(ia{sv})" name="properties" direction="out"/></method>
<method name="GetProperty"><arg type="i" name="id" direction="in"/><arg type="s" name="name" direction="in"/><arg type="v" name="value" direction="out"/></method>
<method name="Event"><arg type="i" name="id" direction="in"/><arg type="s" name="eventId" direction="in"/><arg type="v" name="data" direction="in"/><arg type="u" name="timestamp" direction="in"/></method>
<method name="EventGroup"><arg type="a(isvu)" name="events" direction="in"/><arg type="ai" name="idErrors" direction="out"/></method>
<method name="AboutToShow"><arg type="i" name="id" direction="in"/><arg type="b" name="needUpdate" direction="out"/></method>
<method name="AboutToShowGroup"><arg type="ai" name="ids" direction="in"/><arg type="ai" name="updatesNeeded" direction="out"/><arg type="ai" name="idErrors" direction="out"/></method>
<signal name="ItemsPropertiesUpdated"><arg type="a(ia{sv})" name="updatedProps"/><arg type="a(ias)" name="removedProps"/></signal>
<signal name="LayoutUpdated"><arg type="u" name="revision"/><arg type="i" name="parent"/></signal>
<signal name="ItemActivationRequested"><arg type="i" name="id"/><arg type="u" name="timestamp"/></signal>
</interface>`;

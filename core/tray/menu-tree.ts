import { isDeepStrictEqual } from 'node:util';
import type { MenuCommand, MenuEntry } from './menu-model.ts';

/** One entry as com.canonical.dbusmenu has it. Its `id` never meant another entry before. */
export interface MenuNode {
  readonly id: number;
  /** By their names on the wire; texts and booleans only. */
  readonly properties: Readonly<Record<string, string | boolean>>;
  readonly children: readonly MenuNode[];
}

/** What a host that shows the menu must be told. */
export type MenuChange =
  | { readonly kind: 'none' }
  /** Of entries that stay: an open menu stays open. */
  | { readonly kind: 'properties'; readonly changed: readonly MenuNode[] }
  | { readonly kind: 'layout'; readonly revision: number };

// Hosts draw late: a click on a menu that has gone a moment ago is still a click on what was read there.
const generations = 4;

/**
 * The menu under numbers. A menu of the same shape keeps them, any other gets new ones: GNOME's host keeps the
 * properties of a number that comes back as another entry.
 */
export class MenuTree {
  #root: MenuNode = { id: 0, properties: submenu, children: [] };
  #shape = '';
  #last = 0;
  #revision = 0;
  readonly #commands: Map<number, MenuCommand>[] = [];

  get root(): MenuNode {
    return this.#root;
  }

  get revision(): number {
    return this.#revision;
  }

  show(entries: readonly MenuEntry[]): MenuChange {
    const before = this.#root;
    const shape = JSON.stringify(entries.map(shapeOf));
    if (shape !== this.#shape) {
      this.#shape = shape;
      this.#revision += 1;
      this.#commands.unshift(new Map());
      this.#commands.splice(generations);
      this.#root = { id: 0, properties: submenu, children: entries.map((entry) => this.#number(entry, undefined)) };
      return { kind: 'layout', revision: this.#revision };
    }
    const children = entries.map((entry, index) => this.#number(entry, before.children[index]));
    this.#root = { ...before, children };
    const was = new Map(flat(before).map((node) => [node.id, node]));
    const changed = flat(this.#root).filter(
      ({ id, properties }) => !isDeepStrictEqual(properties, was.get(id)?.properties),
    );
    return changed.length === 0 ? { kind: 'none' } : { kind: 'properties', changed };
  }

  find(id: number): MenuNode | undefined {
    return flat(this.#root).find((node) => node.id === id);
  }

  /** What a click on this number means, also a moment after its menu has gone. */
  commandOf(id: number): MenuCommand | undefined {
    return this.#commands.find((commands) => commands.has(id))?.get(id);
  }

  #number(entry: MenuEntry, before: MenuNode | undefined): MenuNode {
    const id = before?.id ?? ++this.#last;
    if (entry.kind === 'command') this.#commands[0]?.set(id, entry.command);
    const inner = entry.kind === 'submenu' ? entry.entries : [];
    return {
      id,
      properties: propertiesOf(entry),
      children: inner.map((child, index) => this.#number(child, before?.children[index])),
    };
  }
}

const submenu = { 'children-display': 'submenu' } as const;

export const flat = (node: MenuNode): readonly MenuNode[] => [node, ...node.children.flatMap(flat)];

/** What stays the same while an account's line counts down: what each entry is and does. */
function shapeOf(entry: MenuEntry): unknown {
  switch (entry.kind) {
    case 'separator':
    case 'text':
      return entry.kind;
    case 'command':
      return entry.command;
    case 'submenu':
      return entry.entries.map(shapeOf);
  }
}

function propertiesOf(entry: MenuEntry): MenuNode['properties'] {
  switch (entry.kind) {
    case 'separator':
      return { type: 'separator' };
    case 'text':
      return { label: plain(entry.label), enabled: false };
    case 'command':
      return { label: plain(entry.label), enabled: true };
    case 'submenu':
      return { label: plain(entry.label), ...submenu };
  }
}

/** A single _ in a label underlines the next letter; & means nothing here. */
const plain = (label: string): string => label.replaceAll('_', '__');

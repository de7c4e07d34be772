import { describe, expect, it } from 'vitest';
import type { MenuEntry } from '../../../core/tray/menu-model.ts';
import { flat, type MenuNode, MenuTree } from '../../../core/tray/menu-tree.ts';

const refresh = (account: string, label = 'Refresh now'): MenuEntry => ({
  kind: 'command',
  label,
  command: { kind: 'refresh', account },
});
const account = (id: string, left: string): MenuEntry => ({
  kind: 'submenu',
  label: `● ${id} · ${left} left`,
  entries: [refresh(id)],
});
const quit: MenuEntry = { kind: 'command', label: 'Quit', command: { kind: 'quit' } };
const idsOf = (root: MenuNode): readonly number[] => flat(root).map(({ id }) => id);
const at = (tree: MenuTree, label: string): MenuNode | undefined =>
  flat(tree.root).find(({ properties }) => properties.label === label);

describe('the menu under numbers', () => {
  it('keeps them while only words change, and tells of those entries alone', () => {
    const tree = new MenuTree();
    expect(tree.show([account('lab', '6 h'), quit])).toEqual({ kind: 'layout', revision: 1 });
    const before = idsOf(tree.root);
    const change = tree.show([account('lab', '5 h'), quit]);
    expect(change).toMatchObject({ kind: 'properties', changed: [{ properties: { label: '● lab · 5 h left' } }] });
    expect([idsOf(tree.root), tree.revision]).toEqual([before, 1]);
    expect(tree.show([account('lab', '5 h'), quit])).toEqual({ kind: 'none' });
  });

  it('gives a menu of another shape numbers that were never used', () => {
    const tree = new MenuTree();
    tree.show([account('lab', '6 h'), quit]);
    const before = idsOf(tree.root).filter((id) => id !== 0);
    expect(tree.show([quit, account('lab', '6 h')])).toEqual({ kind: 'layout', revision: 2 });
    expect(before.filter((id) => idsOf(tree.root).includes(id))).toEqual([]);
    tree.show([account('lab', '6 h'), quit]);
    expect(before.filter((id) => idsOf(tree.root).includes(id))).toEqual([]);
  });

  it('takes a click that comes late for what was read there, for a few menus, then for nothing', () => {
    const tree = new MenuTree();
    tree.show([refresh('a'), quit]);
    const late = at(tree, 'Refresh now')?.id ?? 0;
    tree.show([refresh('b'), quit]);
    expect(tree.commandOf(late)).toEqual({ kind: 'refresh', account: 'a' });
    for (const other of ['c', 'd', 'e']) tree.show([refresh(other), quit]);
    expect(tree.commandOf(late)).toBeUndefined();
  });

  it('has no number for what cannot be clicked', () => {
    const tree = new MenuTree();
    tree.show([{ kind: 'text', label: 'Keytray: all is well' }, { kind: 'separator' }, account('lab', '1 h')]);
    for (const { id, children } of tree.root.children)
      expect([tree.commandOf(id), id > 0, children.length < 2]).toEqual([undefined, true, true]);
    expect(at(tree, 'Keytray: all is well')?.properties).toMatchObject({ enabled: false });
    expect(tree.commandOf(0)).toBeUndefined();
  });

  it('doubles the underscores of a label, which would underline a letter, and leaves the rest', () => {
    const tree = new MenuTree();
    tree.show([refresh('a', 'my_lab · R&D __')]);
    expect(tree.root.children[0]?.properties.label).toBe('my__lab · R&D ____');
  });
});

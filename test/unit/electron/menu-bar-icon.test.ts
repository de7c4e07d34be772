import path from 'node:path';
import { beforeEach, expect, it } from 'vitest';
import type { MenuCommand, MenuEntry } from '../../../core/tray/menu-model.ts';
import { MenuBarIcon } from '../../../electron/tray/tray-icon.ts';
import { app, resetElectron, Tray } from '../../support/electron-stand-in/index.ts';

beforeEach(resetElectron);

const quit: MenuEntry = { kind: 'command', label: 'Quit R&D', command: { kind: 'quit' } };

it('shows one icon in the menu bar of macOS, as a template, and touches only what has changed', () => {
  app.testBecomeReady();
  const run: MenuCommand[] = [];
  const icons = path.resolve(import.meta.dirname, '../../../electron/icons');
  const face = new MenuBarIcon({ icons, run: (command) => run.push(command) });
  face.show({ menu: [quit], icon: 'ok', tooltip: 'Keytray: 1 signed in' });
  face.show({ menu: [quit], icon: 'attention', tooltip: 'Keytray: 1 signed in' });
  const [tray] = Tray.testAll;
  expect(Tray.testAll).toHaveLength(1);
  expect(tray?.testImage.testFile).toBe(path.join(icons, 'attentionTemplate.png'));
  expect(tray?.testImage.testTemplate).toBe(true);
  expect([tray?.testToolTip, tray?.testMenusSet, tray?.testMenu?.testLabels]).toEqual([
    'Keytray: 1 signed in',
    1,
    ['Quit R&D'],
  ]);
  tray?.testMenu?.testClick('Quit');
  expect(run).toEqual([{ kind: 'quit' }]);
});

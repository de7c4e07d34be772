import type { DBus } from '../../core/platform/dbus/bus.ts';
import type { Clock, Notifier } from '../../core/ports.ts';
import type { MenuCommand } from '../../core/tray/menu-model.ts';
import { TrayPresence } from '../../core/tray/presence.ts';
import { StatusNotifierItem } from '../../core/tray/status-notifier-item.ts';
import type { TrayView } from '../../core/tray/tray-view.ts';
import { MenuBarIcon } from './tray-icon.ts';

export interface ShowTrayOptions {
  readonly bus: DBus;
  readonly platform: NodeJS.Platform;
  readonly clock: Clock;
  /** Folder of the icons for macOS, and of those that panels on Linux look up by name. */
  readonly icons: { readonly menuBar: string; readonly panel: string };
  readonly notifier: Notifier;
  readonly view: () => TrayView;
  readonly run: (command: MenuCommand) => void;
  /** Opens the window. */
  readonly show: () => void;
}

export interface ShownTray {
  changed(): void;
  close(): void;
}

const notice = {
  id: 'no-tray',
  title: 'Keytray runs without its icon',
  body: 'This desktop shows no tray icons. Open Keytray from the list of programs.',
  actions: [],
} as const;

/** The icon: in the menu bar, or wherever somebody shows icons. */
export function showTray(options: ShowTrayOptions): ShownTray {
  const { clock, platform, icons, run, view } = options;
  if (platform === 'linux') return showOnPanel(options);
  const face = new MenuBarIcon({ icons: icons.menuBar, run });
  const presence = new TrayPresence({ clock, face, view });
  return {
    changed: () => presence.changed(),
    close: () => {
      presence.close();
      face.close();
    },
  };
}

/**
 * Where nobody shows icons, the window takes the icon's place; the icon comes as soon as somebody shows some, because at
 * login we may be the first.
 */
function showOnPanel({ bus, clock, icons, notifier, view, run, show }: ShowTrayOptions): ShownTray {
  let told = false;
  const face = new StatusNotifierItem({
    bus,
    icons: icons.panel,
    run,
    activate: show,
    changed: (present) => {
      if (present) notifier.withdraw(notice.id);
      if (present || told) return;
      told = true;
      notifier.show(notice, () => undefined);
      show();
    },
  });
  const presence = new TrayPresence({ clock, face, view });
  face.appear();
  return {
    changed: () => presence.changed(),
    close: () => {
      presence.close();
      face.close();
    },
  };
}

import type { DBus } from '../../core/platform/dbus/bus.ts';
import type { Clock, Notifier } from '../../core/ports.ts';
import { HostWatch } from '../../core/tray/host-watch.ts';
import type { MenuCommand } from '../../core/tray/menu-model.ts';
import type { TrayView } from '../../core/tray/tray-view.ts';
import { TrayPresence } from './tray-icon.ts';

export interface ShowTrayOptions {
  readonly bus: DBus;
  readonly platform: NodeJS.Platform;
  readonly clock: Clock;
  readonly icons: string;
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

/**
 * The icon, where there is somebody to show it. On a Linux desktop without, the window takes its place; the icon comes
 * as soon as somebody shows icons, because at login we may be the first.
 */
export function showTray(options: ShowTrayOptions): ShownTray {
  const { bus, platform, clock, icons, notifier, view, run, show } = options;
  let presence: TrayPresence | undefined;
  const appear = (): void => {
    notifier.withdraw(notice.id);
    // A click opens the menu by itself on macOS.
    const clicked = platform === 'darwin' ? () => undefined : show;
    presence ??= new TrayPresence({ clock, platform, icons, run, clicked }, view);
  };
  let host: HostWatch | undefined;
  let closed = false;
  if (platform === 'linux') {
    host = new HostWatch({ bus, changed: (present) => present && !closed && appear() });
    void host.look().then((present) => {
      if (closed) return;
      if (present) {
        appear();
        return;
      }
      notifier.show(notice, () => undefined);
      show();
    });
  } else {
    appear();
  }
  return {
    changed: () => presence?.changed(),
    close: () => {
      closed = true;
      host?.close();
      presence?.close();
    },
  };
}

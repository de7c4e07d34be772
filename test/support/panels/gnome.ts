import { type PanelProgram, screenSize, settingsFile, startPanel, writeSettings } from './panel-program.ts';

const { width } = screenSize;

/** GNOME Shell with the extension that Debian and Ubuntu have for tray icons. Their menu's submenus open in place. */
export const gnomeShell: PanelProgram = {
  name: 'gnome-shell',
  services: [],
  icon: { x: width - 90, y: 4, width: 40, height: 24 },
  menu: { x: width - 440, y: 34, width: 440, height: 760 },
  headline: { x: width - 380, y: 50, width: 360, height: 26 },
  picture: { x: width - 460, y: 0, width: 460, height: 780 },
  button: 'left',
  // Twelve accounts, More; it opens with its first entry chosen.
  toMore: [...Array.from({ length: 13 }, () => 'Down'), 'Right', 'Down', 'Return'],
  tooltip: undefined,
  start: async (env) => {
    await writeSettings(env, settingsFile, settings);
    return startPanel('gnome-shell', ['--x11', '--mode=user'], {
      ...env,
      XDG_CURRENT_DESKTOP: 'GNOME',
      XDG_SESSION_TYPE: 'x11',
      GSETTINGS_BACKEND: 'keyfile',
      LIBGL_ALWAYS_SOFTWARE: '1',
      // It does not start without one; what it asks there nobody answers.
      DBUS_SYSTEM_BUS_ADDRESS: env.DBUS_SESSION_BUS_ADDRESS,
    });
  },
};

const settings = `[org/gnome/shell]
enabled-extensions=['ubuntu-appindicators@ubuntu.com']
disable-user-extensions=false
welcome-dialog-last-shown-version='99'

[org/gnome/desktop/interface]
enable-animations=false

[org/gnome/desktop/notifications]
show-banners=false
`;

import { type PanelProgram, panelHeight, settingsFile, startPanel, upToMore, writeSettings } from './panel-program.ts';

export const matePanel: PanelProgram = {
  name: 'mate-panel',
  services: ['org.mate.panel.applet.NotificationAreaAppletFactory'],
  // Left of it there is the handle of the applet.
  icon: { x: 10, y: 2, width: 28, height: 24 },
  menu: { x: 8, y: panelHeight, width: 440, height: 560 },
  headline: { x: 12, y: panelHeight + 3, width: 300, height: 26 },
  picture: { x: 0, y: 0, width: 460, height: 540 },
  button: 'right',
  toMore: upToMore,
  tooltip: { x: 10, y: panelHeight, width: 300, height: 60 },
  start: async (env) => {
    await writeSettings(env, settingsFile, settings);
    return startPanel('mate-panel', [], { ...env, XDG_CURRENT_DESKTOP: 'MATE', GSETTINGS_BACKEND: 'keyfile' });
  },
};

const settings = `[org/mate/panel/general]
toplevel-id-list=['top']
object-id-list=['tray']

[org/mate/panel/toplevels/top]
expand=true
orientation='top'
size=${panelHeight}

[org/mate/panel/objects/tray]
object-type='applet'
applet-iid='NotificationAreaAppletFactory::NotificationArea'
toplevel-id='top'
position=0
`;

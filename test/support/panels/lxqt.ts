import { type PanelProgram, panelHeight, startPanel, upToMore, writeSettings } from './panel-program.ts';

export const lxqtPanel: PanelProgram = {
  name: 'lxqt-panel',
  services: [],
  // Left of it there is the handle of the plugin.
  icon: { x: 9, y: 4, width: 28, height: 20 },
  menu: { x: 9, y: panelHeight, width: 440, height: 560 },
  headline: { x: 28, y: panelHeight + 1, width: 330, height: 26 },
  picture: { x: 0, y: 0, width: 460, height: 600 },
  button: 'right',
  toMore: upToMore,
  tooltip: { x: 9, y: panelHeight, width: 300, height: 60 },
  start: async (env) => {
    await writeSettings(env, 'lxqt/lxqt.conf', '[General]\ntheme=light\nicon_theme=Adwaita\n');
    await writeSettings(env, 'lxqt/panel.conf', panel);
    const desktop = { XDG_CURRENT_DESKTOP: 'LXQt', QT_QPA_PLATFORMTHEME: 'lxqt' };
    return startPanel('lxqt-panel', [], { ...env, ...desktop });
  },
};

const panel = `panels=panel1

[panel1]
alignment=-1
animation-duration=0
desktop=0
iconSize=22
lineCount=1
lockPanel=true
opacity=100
panelSize=${panelHeight}
plugins=statusnotifier
position=Top
width=100
width-percent=true

[statusnotifier]
type=statusnotifier
`;

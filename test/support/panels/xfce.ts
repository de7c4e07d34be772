import { type PanelProgram, panelHeight, startPanel, upToMore, writeSettings } from './panel-program.ts';

export const xfcePanel: PanelProgram = {
  name: 'xfce4-panel',
  services: ['org.xfce.Xfconf'],
  icon: { x: 0, y: 0, width: 26, height: panelHeight },
  menu: { x: 0, y: panelHeight, width: 440, height: 560 },
  headline: { x: 4, y: panelHeight + 4, width: 300, height: 25 },
  picture: { x: 0, y: 0, width: 460, height: 540 },
  button: 'left',
  toMore: upToMore,
  tooltip: { x: 0, y: panelHeight + 4, width: 300, height: 50 },
  start: async (env) => {
    await writeSettings(env, 'xfce4/xfconf/xfce-perchannel-xml/xfce4-panel.xml', channel);
    return startPanel('xfce4-panel', ['--disable-wm-check'], env);
  },
};

const property = (name: string, type: string, value: string): string =>
  `<property name="${name}" type="${type}" value="${value}"/>`;

const channel = `<?xml version="1.0" encoding="UTF-8"?>
<channel name="xfce4-panel" version="1.0">
  ${property('configver', 'int', '2')}
  <property name="panels" type="array"><value type="int" value="1"/>
    <property name="panel-1" type="empty">
      ${property('position', 'string', 'p=6;x=0;y=0')}${property('position-locked', 'bool', 'true')}
      ${property('length', 'uint', '100')}${property('size', 'uint', String(panelHeight))}
      <property name="plugin-ids" type="array"><value type="int" value="1"/></property>
    </property>
  </property>
  <property name="plugins" type="empty">${property('plugin-1', 'string', 'systray')}</property>
</channel>
`;

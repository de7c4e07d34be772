import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type RunningAuthorizationServer, startAuthorizationServer } from '../../demo/authorization-server.ts';
import { createKeytray, type Keytray } from './keytray.ts';
import { iconBeside, type PanelIcon } from './panel.ts';
import { type PanelProgram, type RunningPanel, screenSize } from './panels/panel-program.ts';
import { installBrowser, type PersonBrowser } from './person-browser.ts';
import { startDisplay } from './prompter.ts';
import { type Area, type Pixel, type Seat, seatAt } from './seat.ts';
import { startBus } from './session-bus.ts';

/** A screen with a real panel on it, an agent that was there first, as when a session begins, and a person's browser. */
export interface PanelScene {
  readonly seat: Seat;
  readonly server: RunningAuthorizationServer;
  readonly keytray: Keytray;
  readonly browser: PersonBrowser;
  readonly agent: ChildProcess;
  /** How many pixels of the area are as wanted. */
  count(area: Area, wanted: (pixel: Pixel) => boolean): Promise<number>;
  /** What is on the bus, beside the panel. */
  withIcon<T>(look: (icon: PanelIcon) => Promise<T>): Promise<T>;
  startPanel(): Promise<void>;
  stopPanel(): Promise<void>;
  /** As at the end of a session, but for the agent. */
  endBus(): Promise<void>;
  beginBus(): Promise<void>;
  close(): Promise<void>;
}

/** A busy machine starts a panel or a browser when it can: the time limit of the test ends this wait. */
export async function untilSeen(_what: string, ready: () => Promise<boolean>): Promise<void> {
  while (!(await ready())) await sleep(50);
}

/** There is no window below a panel: nothing of a screen without a background is anything but black. */
export const isDrawn = ({ red, green, blue }: Pixel): boolean => red + green + blue > 60;
/** The dot that says that somebody must act. */
export const isWarning = ({ red, green, blue }: Pixel): boolean => red > 190 && green > 60 && green < 180 && blue < 100;

/** All at one server. */
export const configOf = (issuer: string, accounts: readonly string[]): string => `accounts:
${accounts
  .map(
    (id) => `  ${id}:
    service: oidc
    issuer: ${issuer}
    client_id: keytray
    scopes: [openid, offline_access, profile, email, git]
    store: memory
`,
  )
  .join('')}`;

export async function startPanelScene(program: PanelProgram, accounts: readonly string[]): Promise<PanelScene> {
  const display = await startDisplay(`${screenSize.width}x${screenSize.height}`);
  const seat = seatAt(display.name);
  const server = await startAuthorizationServer();
  const keytray = await createKeytray({ DISPLAY: display.name });
  const home = path.join(keytray.folder, 'desktop');
  const runtime = path.join(home, 'run');
  await mkdir(runtime, { recursive: true, mode: 0o700 });
  const address = `unix:path=${runtime}/bus`;
  const desktop = {
    PATH: process.env.PATH ?? '/usr/bin:/bin',
    LANG: 'C.UTF-8',
    HOME: home,
    XDG_RUNTIME_DIR: runtime,
    DISPLAY: display.name,
    DBUS_SESSION_BUS_ADDRESS: address,
    NO_AT_BRIDGE: '1',
  };
  let bus: ChildProcess | undefined;
  let panel: RunningPanel | undefined;
  const beginBus = async (): Promise<void> => {
    await rm(path.join(runtime, 'bus'), { force: true });
    bus = await startBus(home, desktop, { services: program.services });
  };
  const endBus = async (): Promise<void> => {
    if (bus === undefined || bus.exitCode !== null || bus.signalCode !== null) return;
    const gone = once(bus, 'exit');
    bus.kill('SIGKILL');
    await gone;
  };
  const startPanel = async (): Promise<void> => {
    panel = await program.start(desktop);
  };
  const stopPanel = async (): Promise<void> => {
    await panel?.stop();
  };
  await beginBus();
  keytray.env.DBUS_SESSION_BUS_ADDRESS = address;
  const browser = await installBrowser(keytray);
  await keytray.configure(configOf(server.issuer, accounts));
  const agent = await keytray.startAgent();
  await startPanel();
  return {
    seat,
    server,
    keytray,
    browser,
    agent,
    count: async (area, wanted) => (await seat.pixels(area)).filter(wanted).length,
    withIcon: async (look) => {
      const icon = await iconBeside(address, agent.pid ?? 0);
      try {
        return await look(icon);
      } finally {
        icon.close();
      }
    },
    startPanel,
    stopPanel,
    beginBus,
    endBus,
    close: async () => {
      await stopPanel();
      await endBus();
      await server.close();
      await display.stop();
      await keytray.close();
    },
  };
}

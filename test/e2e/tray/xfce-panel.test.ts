import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunningAuthorizationServer, startAuthorizationServer } from '../../../demo/authorization-server.ts';
import { createKeytray, type Keytray } from '../../support/keytray.ts';
import { iconBeside, type PanelIcon } from '../../support/panel.ts';
import { installBrowser, type PersonBrowser } from '../../support/person-browser.ts';
import { type Display, startDisplay } from '../../support/prompter.ts';
import { startBus } from '../../support/session-bus.ts';
import {
  type Area,
  type Pixel,
  panelHeight,
  type RunningPanel,
  type Seat,
  seatAt,
  startXfcePanel,
} from '../../support/xfce-panel.ts';

const iconArea: Area = { x: 0, y: 0, width: 26, height: panelHeight };
const below: Area = { x: 2, y: panelHeight + 6, width: 120, height: 40 };

/** The panel is light, and colours the key as its text; without a panel all is black. */
const isPanel = ({ red, green, blue }: Pixel): boolean => red > 220 && green > 220 && blue > 220;
const isInk = ({ red, green, blue }: Pixel): boolean => red < 110 && green < 110 && blue < 110;
/** The dot that says that somebody must act. */
const isWarning = ({ red, green, blue }: Pixel): boolean => red > 200 && green > 60 && green < 170 && blue < 90;
/** There is no window below the panel: nothing of a screen without a background is anything but black. */
const isDrawn = ({ red, green, blue }: Pixel): boolean => red + green + blue > 60;

const accounts = Array.from({ length: 15 }, (_, index) => `lab${String(index + 1).padStart(2, '0')}`);
const configOf = (issuer: string): string => `accounts:
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

/** A busy machine starts a panel or a browser when it can: the time limit of the test ends this wait. */
async function until(_what: string, ready: () => Promise<boolean>): Promise<void> {
  while (!(await ready())) await sleep(50);
}

describe('the tray icon of the agent on a real panel', () => {
  let display: Display;
  let seat: Seat;
  let bus: ChildProcess;
  let panel: RunningPanel;
  let server: RunningAuthorizationServer;
  let keytray: Keytray;
  let browser: PersonBrowser;
  let agent: ChildProcess;
  let desktop: Record<string, string>;

  const beginBus = async (): Promise<void> => {
    await rm(path.join(desktop.XDG_RUNTIME_DIR ?? '', 'bus'), { force: true });
    bus = await startBus(desktop.HOME ?? '', desktop, { services: ['org.xfce.Xfconf'] });
  };
  const endBus = async (): Promise<void> => {
    const gone = once(bus, 'exit');
    bus.kill('SIGKILL');
    await gone;
  };

  beforeAll(async () => {
    display = await startDisplay();
    seat = seatAt(display.name);
    server = await startAuthorizationServer();
    keytray = await createKeytray({ DISPLAY: display.name });
    const home = path.join(keytray.folder, 'desktop');
    const runtime = path.join(home, 'run');
    await mkdir(runtime, { recursive: true, mode: 0o700 });
    desktop = {
      PATH: process.env.PATH ?? '/usr/bin:/bin',
      LANG: 'C.UTF-8',
      HOME: home,
      XDG_RUNTIME_DIR: runtime,
      DISPLAY: display.name,
      DBUS_SESSION_BUS_ADDRESS: `unix:path=${runtime}/bus`,
      NO_AT_BRIDGE: '1',
    };
    await beginBus();
    keytray.env.DBUS_SESSION_BUS_ADDRESS = desktop.DBUS_SESSION_BUS_ADDRESS;
    browser = await installBrowser(keytray);
    await keytray.configure(configOf(server.issuer));
    agent = await keytray.startAgent();
    // The agent was there first, as it is when a session begins.
    panel = await startXfcePanel(desktop);
  });

  afterAll(async () => {
    await panel.stop();
    await endBus();
    await server.close();
    await display.stop();
    await keytray.close();
  });

  const count = async (area: Area, wanted: (pixel: Pixel) => boolean): Promise<number> =>
    (await seat.pixels(area)).filter(wanted).length;
  const seen = (what: string, wanted: (pixel: Pixel) => boolean, area = iconArea): Promise<void> =>
    until(what, async () => (await count(area, wanted)) > 8);
  const keySeen = (): Promise<void> =>
    until('the key', async () => (await count(iconArea, isInk)) > 8 && (await count(iconArea, isPanel)) > 200);
  const withIcon = async <T>(look: (icon: PanelIcon) => Promise<T>): Promise<T> => {
    const icon = iconBeside(desktop.DBUS_SESSION_BUS_ADDRESS ?? '', agent.pid ?? 0);
    try {
      return await look(icon);
    } finally {
      icon.close();
    }
  };

  it('appears on a panel that came later, and says in words how things are', async () => {
    await keySeen();
    expect(await count(iconArea, isWarning)).toBe(0);
    expect(await count(below, isDrawn)).toBe(0);
    await until('the tooltip', async () => {
      // A panel that is only coming up misses a pointer that stands still.
      await seat.point(400, 300);
      await seat.point(12, 14);
      await sleep(1_500);
      return (await count(below, isDrawn)) > 8;
    });
    expect(await withIcon((icon) => icon.tooltip())).toBe('Keytray: 0 signed in');
    await seat.point(400, 300);
    await until('its end', async () => (await count(below, isDrawn)) === 0);
  });

  it('signs in by the keyboard, from "More", in Chromium, and says so', async () => {
    expect((await withIcon((icon) => icon.labels())).filter((label) => label.startsWith('○'))).toHaveLength(12);
    expect(await withIcon((icon) => icon.labels('More (3)'))).toEqual([
      '○ lab13\u2003Sign in…',
      '○ lab14\u2003Sign in…',
      '○ lab15\u2003Sign in…',
    ]);
    await seat.click(12, 14);
    await seen('the menu', isDrawn, below);
    // From below: Quit, Lock now, Pause, More; then into it, past the first.
    await seat.press('Up', 'Up', 'Up', 'Up', 'Right', 'Down', 'Return');
    expect(await browser.signIn(server.issuer, 'ada')).toContain('You are signed in');
    expect((await keytray.api.account('lab14')).state).toBe('active');
    expect((await keytray.api.status()).accounts.filter(({ state }) => state === 'active')).toHaveLength(1);
    const lines = () => withIcon((icon) => icon.labels('More (3)'));
    await until('the line', async () => (await lines())[1]?.startsWith('●') === true);
    expect((await lines())[1]).toMatch(/^● lab14\u2003ada.* · .* left$/i);
    expect(await withIcon((icon) => icon.tooltip())).toBe('Keytray: 1 signed in');
  });

  it('calls for attention when a tool waits for somebody, until they come', async () => {
    await expect(keytray.api.token('lab01', {})).rejects.toMatchObject({ code: 'login_required' });
    await seen('the dot', isWarning);
    const [login] = (await keytray.api.status()).logins;
    await keytray.api.cancelLogin(login?.login_id ?? '');
    await until('the end of the dot', async () => (await count(iconArea, isWarning)) === 0);
  });

  it('is there again on a panel that was restarted', async () => {
    await panel.stop();
    await until('the end of the panel', async () => (await count(iconArea, isDrawn)) === 0);
    panel = await startXfcePanel(desktop);
    await keySeen();
  });

  it('is there again when the bus was lost, without a restart of the agent', async () => {
    await endBus();
    await panel.stop();
    await until('the end of the panel', async () => (await count(iconArea, isDrawn)) === 0);
    await beginBus();
    panel = await startXfcePanel(desktop);
    await keySeen();
    expect([agent.exitCode, keytray.agentRuns]).toEqual([null, true]);
    // The icon that was told of anew may still be on its way to its menu.
    await until(
      'the menu',
      async () => (await withIcon((icon) => icon.labels('More (3)')).catch(() => []))[1]?.includes('left') === true,
    );
  });
});

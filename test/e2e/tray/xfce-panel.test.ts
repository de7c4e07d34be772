import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isDrawn, isWarning, type PanelScene, startPanelScene, untilSeen } from '../../support/panel-scene.ts';
import { panelHeight, upToMore } from '../../support/panels/panel-program.ts';
import { xfcePanel } from '../../support/panels/xfce.ts';
import type { Area, Pixel } from '../../support/seat.ts';

const below: Area = { x: 2, y: panelHeight + 6, width: 120, height: 40 };

/** The panel is light, and colours the key as its text; without a panel all is black. */
const isPanel = ({ red, green, blue }: Pixel): boolean => red > 220 && green > 220 && blue > 220;
const isInk = ({ red, green, blue }: Pixel): boolean => red < 110 && green < 110 && blue < 110;

const accounts = Array.from({ length: 15 }, (_, index) => `lab${String(index + 1).padStart(2, '0')}`);

describe('the tray icon of the agent on a real panel', () => {
  let scene: PanelScene;
  beforeAll(async () => {
    scene = await startPanelScene(xfcePanel, accounts);
  });
  afterAll(() => scene.close());

  const icon = xfcePanel.icon;
  const seen = (what: string, wanted: (pixel: Pixel) => boolean): Promise<void> =>
    untilSeen(what, async () => (await scene.count(icon, wanted)) > 8);
  const keySeen = (): Promise<void> =>
    untilSeen('the key', async () => (await scene.count(icon, isInk)) > 8 && (await scene.count(icon, isPanel)) > 200);
  /** A panel that is only coming up takes no click, and has a dark tooltip where the menu opens. */
  const openMenu = (): Promise<void> =>
    untilSeen('the menu', async () => {
      await scene.seat.press('Escape');
      await scene.seat.click(12, 14);
      await sleep(500);
      return (await scene.count(below, isPanel)) > 1_000;
    });
  const labels = (...path: readonly string[]) => scene.withIcon((shown) => shown.labels(...path));
  const tooltip = () => scene.withIcon((shown) => shown.tooltip());

  it('appears on a panel that came later, and says in words how things are', async () => {
    await keySeen();
    expect(await scene.count(icon, isWarning)).toBe(0);
    expect(await scene.count(below, isDrawn)).toBe(0);
    await untilSeen('the tooltip', async () => {
      // A panel that is only coming up misses a pointer that stands still.
      await scene.seat.point(400, 300);
      await scene.seat.point(12, 14);
      await sleep(1_500);
      return (await scene.count(below, isDrawn)) > 8;
    });
    expect(await tooltip()).toBe('Keytray: 0 signed in');
    await scene.seat.point(400, 300);
    await untilSeen('its end', async () => (await scene.count(below, isDrawn)) === 0);
  });

  it('signs in by the keyboard, from "More", in Chromium, and says so', async () => {
    expect((await labels()).filter((label) => label.startsWith('○'))).toHaveLength(12);
    expect(await labels('More (3)')).toEqual([
      '○ lab13\u2003Sign in…',
      '○ lab14\u2003Sign in…',
      '○ lab15\u2003Sign in…',
    ]);
    await openMenu();
    await scene.seat.press(...upToMore);
    expect(await scene.browser.signIn(scene.server.issuer, 'ada')).toContain('You are signed in');
    expect((await scene.keytray.api.account('lab14')).state).toBe('active');
    expect((await scene.keytray.api.status()).accounts.filter(({ state }) => state === 'active')).toHaveLength(1);
    const lines = () => labels('More (3)');
    await untilSeen('the line', async () => (await lines())[1]?.startsWith('●') === true);
    expect((await lines())[1]).toMatch(/^● lab14\u2003ada.* · .* left$/i);
    expect(await tooltip()).toBe('Keytray: 1 signed in');
  });

  it('calls for attention when a tool waits for somebody, until they come', async () => {
    await expect(scene.keytray.api.token('lab01', {})).rejects.toMatchObject({ code: 'login_required' });
    await seen('the dot', isWarning);
    expect((await labels())[0]).toBe('Keytray: 1 account needs you');
    expect(await scene.withIcon((shown) => shown.status())).toBe('NeedsAttention');
    const [login] = (await scene.keytray.api.status()).logins;
    await scene.keytray.api.cancelLogin(login?.login_id ?? '');
    await untilSeen('the end of the dot', async () => (await scene.count(icon, isWarning)) === 0);
  });

  it('is there again on a panel that was restarted', async () => {
    await scene.stopPanel();
    await untilSeen('the end of the panel', async () => (await scene.count(icon, isDrawn)) === 0);
    await scene.startPanel();
    await keySeen();
  });

  it('is there again when the bus was lost, without a restart of the agent', async () => {
    await scene.endBus();
    await scene.stopPanel();
    await untilSeen('the end of the panel', async () => (await scene.count(icon, isDrawn)) === 0);
    await scene.beginBus();
    await scene.startPanel();
    await keySeen();
    expect([scene.agent.exitCode, scene.keytray.agentRuns]).toEqual([null, true]);
    // The icon that was told of anew may still be on its way to its menu.
    const lines = () => labels('More (3)').catch(() => []);
    await untilSeen('the menu', async () => (await lines())[1]?.includes('left') === true);
  });

  it('locks by the keyboard, and shows the padlock', async () => {
    await openMenu();
    // From below: Quit, Lock now.
    await scene.seat.press('Up', 'Up', 'Return');
    const name = () => scene.withIcon((shown) => shown.icon());
    await untilSeen('the padlock', async () => (await name()) === 'keytray-locked-symbolic');
    await keySeen();
    expect((await labels())[0]).toBe('Keytray is locked');
    await expect(scene.keytray.api.token('lab14', {})).rejects.toMatchObject({ code: 'keychain_locked' });
  });
});

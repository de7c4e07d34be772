import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { repository } from '../support/keytray.ts';
import { configOf, isDrawn, isWarning, type PanelScene, startPanelScene, untilSeen } from '../support/panel-scene.ts';
import { gnomeShell } from '../support/panels/gnome.ts';
import { lxqtPanel } from '../support/panels/lxqt.ts';
import { matePanel } from '../support/panels/mate.ts';
import type { PanelProgram } from '../support/panels/panel-program.ts';
import { xfcePanel } from '../support/panels/xfce.ts';
import type { Pixel } from '../support/seat.ts';
import { signIn } from '../support/sign-in.ts';

const inline = ['athena', 'auth0', 'databricks', 'datadog', 'dataiku', 'docker', 'github', 'gitlab', 'gitea'];
const accounts = [...inline, 'kubernetes', 'lakebase', 'npm', 'pypi', 'quilt', 'registry'].map(
  (name) => `${name}@work`,
);

/** Where the run leaves its pictures; `KEYTRAY_PICTURES=docs/images` renews those of the documents. */
const pictures = path.resolve(repository, process.env.KEYTRAY_PICTURES ?? 'out/pictures');

describe.each([xfcePanel, lxqtPanel, matePanel, gnomeShell])('the tray icon of the agent on $name', (program) => {
  let scene: PanelScene;
  beforeAll(async () => {
    await mkdir(pictures, { recursive: true });
    scene = await startPanelScene(program, accounts);
  });
  afterAll(() => scene.close());

  const middle = (area: PanelProgram['icon']) => [area.x + area.width / 2, area.y + area.height / 2] as const;
  const words = () => scene.seat.words(program.menu, 'lines');
  const headline = () => scene.seat.words(program.headline, 'line');
  const labels = (...at: readonly string[]) => scene.withIcon((shown) => shown.labels(...at));
  /** Unlike what is around it, whatever colours the panel has chosen. */
  const inked = async (): Promise<number> => {
    const pixels = await scene.seat.pixels(program.icon);
    const bright = ({ red, green, blue }: Pixel): number => (red + green + blue) / 3;
    const usual = pixels.map(bright).toSorted((one, other) => one - other)[Math.floor(pixels.length / 2)] ?? 0;
    return pixels.filter((pixel) => Math.abs(bright(pixel) - usual) > 50).length;
  };
  const keySeen = () => untilSeen('the key', async () => (await inked()) > 30);
  /** A panel that is only coming up may take no click. */
  const openMenu = async (): Promise<void> => {
    let wanted: string | undefined;
    await untilSeen('the headline on the bus', async () => {
      [wanted] = await labels().catch(() => []);
      return wanted !== undefined;
    });
    const said = wanted?.replace('Keytray: ', '') ?? '';
    await untilSeen('the menu', async () => {
      await scene.seat.press('Escape');
      await scene.seat.click(...middle(program.icon), program.button);
      await sleep(300);
      // A tooltip would hide the first line.
      await scene.seat.point(640, 900);
      for (let look = 0; look < 4; look += 1) if ((await headline()).includes(said)) return true;
      return false;
    });
  };
  const closeMenu = async (): Promise<void> => {
    await scene.seat.press('Escape', 'Escape');
    await scene.seat.point(640, 900);
    await untilSeen('the end of the menu', async () => !(await words()).includes('Quit'));
  };

  it('appears on a panel that came later', async () => {
    await keySeen();
    expect(await scene.count(program.icon, isWarning)).toBe(0);
  });

  const { tooltip } = program;
  if (tooltip !== undefined) {
    it('says in words how things are', async () => {
      await untilSeen('the tooltip', async () => {
        await scene.seat.point(640, 900);
        await scene.seat.point(...middle(program.icon));
        await sleep(1_500);
        return (await scene.seat.words(tooltip, 'lines')).includes('0 signed in');
      });
      await scene.seat.point(640, 900);
    });
  }

  it('keeps an open menu open while its words change', async () => {
    await openMenu();
    await scene.keytray.configure(`${configOf(scene.server.issuer, accounts)}nonsense: 1\n`);
    // GTK does not widen a menu that is open.
    await untilSeen('the mistake', async () => (await headline()).includes('configuration has'));
    expect(await words()).toContain('Quit');
    await scene.keytray.configure(configOf(scene.server.issuer, accounts));
    await untilSeen('all is well', async () => (await headline()).includes('all is well'));
    await closeMenu();
  });

  it('signs in by the keyboard, from "More", in Chromium, and says so', async () => {
    await openMenu();
    for (const key of program.toMore) {
      await scene.seat.press(key);
      await sleep(200);
    }
    expect(await scene.browser.signIn(scene.server.issuer, 'ada')).toContain('You are signed in');
    const active = (await scene.keytray.api.accounts()).filter(({ state }) => state === 'active');
    expect(active.map(({ account }) => account)).toEqual(['quilt@work']);
    await untilSeen('the line', async () => (await labels('More (3)'))[1]?.startsWith('● quilt@work') === true);
  });

  it('has the right words as soon as somebody is needed, and when they are not any more', async () => {
    for (const account of ['github@work', 'databricks@work']) await signIn(scene.keytray, account);
    await expect(scene.keytray.api.token('dataiku@work', {})).rejects.toMatchObject({ code: 'login_required' });
    await untilSeen('the dot', async () => (await scene.count(program.icon, isWarning)) > 4);
    await openMenu();
    expect(await headline()).toContain('1 account needs you');
    expect(await words()).toContain('Sign in to all that need it');
    await scene.seat.photograph(path.join(pictures, `tray-${program.name}.png`), program.picture);
    // The menu is open, and gets another shape.
    const [login] = (await scene.keytray.api.status()).logins;
    await scene.keytray.api.cancelLogin(login?.login_id ?? '');
    await untilSeen('the end of the dot', async () => (await scene.count(program.icon, isWarning)) === 0);
    await closeMenu();
    await openMenu();
    expect(await words()).not.toContain('Sign in to all');
    await closeMenu();
  });

  it('is there again on a panel that was restarted, and works', async () => {
    await scene.stopPanel();
    await untilSeen('the end of the panel', async () => (await scene.count(program.icon, isDrawn)) === 0);
    await scene.startPanel();
    await keySeen();
    await openMenu();
    await closeMenu();
  });

  it('is there again when the bus was lost, without a restart of the agent', async () => {
    await scene.endBus();
    await scene.stopPanel();
    await untilSeen('the end of the panel', async () => (await scene.count(program.icon, isDrawn)) === 0);
    await scene.beginBus();
    await scene.startPanel();
    await keySeen();
    await openMenu();
    expect(scene.keytray.agentRuns).toBe(true);
  });
});

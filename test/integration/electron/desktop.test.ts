import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { followForms } from '../../../demo/built-in-user-agent.ts';
import {
  createDesktopScene,
  type DesktopScene,
  type DesktopSceneOptions,
  notification,
  openWindow,
  pageOf,
} from '../../support/desktop-scene.ts';
import {
  app,
  BrowserWindow,
  clipboard,
  machine,
  Notification,
  powerMonitor,
  session,
} from '../../support/electron-stand-in/index.ts';
import { openPanel } from '../../support/panel.ts';
import { labConfig } from '../../support/sign-in.ts';
import { waitFor } from '../../support/wait-for.ts';

let scene: DesktopScene;
afterEach(() => scene.close());

const lab = (issuer: string) => labConfig({ issuer, git: ['git.lab.example'] });

const trayIcon = () => scene.tray();

async function launched(options: DesktopSceneOptions = {}): Promise<void> {
  scene = await createDesktopScene({ config: lab, ...options });
  await scene.launch('--autostart');
}

/** Signs in by the menu, as a person would. */
async function signIn(): Promise<void> {
  const tray = await trayIcon();
  const before = machine.opened.length;
  await waitFor('the menu', async () => (await tray.labels())[2]?.startsWith('○') ?? false);
  await tray.click('lab');
  await waitFor('the browser', async () => machine.opened.length > before);
  await scene.fillInForms();
  await waitFor('the menu', async () => (await tray.labels())[2]?.startsWith('●') ?? false);
}

const accountState = async () => (await scene.api.account('lab')).state;

describe('the main process', () => {
  it('signs in from the tray, and the menu and the icon follow', async () => {
    await launched();
    const tray = await trayIcon();
    expect(await tray.tooltip()).toBe('Keytray: 0 signed in');
    expect(await tray.labels()).toEqual([
      'Keytray: all is well',
      '-',
      '○ lab\u2003Sign in…',
      '-',
      'Pause hand-outs for 15 minutes',
      'Lock now',
      '-',
      'Open Keytray…',
      'Quit',
    ]);
    await tray.click('lab');
    await waitFor('the browser', async () => machine.opened.length === 1);
    await waitFor('the busy icon', async () => (await tray.icon()).includes('busy'));
    await scene.fillInForms();
    await waitFor('the menu', async () => (await tray.labels())[2]?.startsWith('●') ?? false);
    expect((await tray.labels())[2]).toMatch(/^● lab\u2003ada.* · .* left$/i);
    expect(await tray.tooltip()).toBe('Keytray: 1 signed in');
    expect(await tray.icon()).toBe('keytray-ok-symbolic');
    expect(Notification.testVisible.map(({ testOptions }) => testOptions.title)).toEqual([
      expect.stringMatching(/^Signed in to lab as ada/i),
    ]);
    expect(BrowserWindow.testAll).toEqual([]);
    // A new layout closes a menu that is open: a whole sign-in is worth a few.
    expect(tray.signals.filter((signal) => signal === 'LayoutUpdated').length).toBeLessThanOrEqual(4);
    // All of it by Chromium's stack.
    expect(session.testPartitions.get('oauth')?.testFetched.some((url) => url.endsWith('/token'))).toBe(true);
  });

  it('raises a notice when somebody waits, and one click later they are served', async () => {
    await launched();
    const waiting = scene.api.token('lab', { wait: 30 });
    const notice = await notification('Sign in to lab');
    expect(notice.testOptions).toMatchObject({
      body: expect.not.stringContaining('?'),
      actions: [
        { type: 'button', text: 'Sign in' },
        { type: 'button', text: 'Later' },
      ],
    });
    notice.testClick();
    await waitFor('the browser', async () => machine.opened.length === 1);
    expect(notice.testOpen).toBe(false);
    await scene.fillInForms();
    expect((await waiting).access_token).toBeTruthy();
  });

  it('brings up the window when another browser has signed in, which then asks', async () => {
    await launched();
    const tray = await trayIcon();
    await waitFor('the menu', async () => (await tray.labels())[2]?.startsWith('○') ?? false);
    await tray.click('lab');
    await waitFor('the browser', async () => machine.opened.length === 1);
    const begun = await followForms(machine.opened[0] ?? '', { login: '', stopAt: () => true });
    expect((await followForms(begun.url, { login: 'bob' })).status).toBe(409);
    await openWindow();
    const [login] = (await scene.api.status()).logins;
    expect(login).toMatchObject({ state: 'started', confirm: { who: 'bob' } });
    await scene.api.confirmLogin(login?.login_id ?? '', false);
    expect(await accountState()).toBe('signing_in');
  });

  it('takes a notice back when the matter is settled elsewhere, and hears "Later"', async () => {
    await launched();
    await expect(scene.api.token('lab', {})).rejects.toMatchObject({ code: 'login_required' });
    const notice = await notification('Sign in to lab');
    notice.testAction('Later');
    await expect(scene.api.token('lab', {})).rejects.toMatchObject({ code: 'login_required' });
    expect(Notification.testVisible).toEqual([]);
    expect(machine.opened).toEqual([]);
    await signIn();
    await scene.api.logout('lab', { revoke: false });
    await expect(scene.api.token('lab', {})).rejects.toMatchObject({ code: 'login_required' });
    await notification('Sign in again to lab');
    await signIn();
    const titles = Notification.testVisible.map(({ testOptions }) => testOptions.title);
    expect(titles).toEqual([expect.stringMatching(/^Signed in to lab/)]);
  });

  it('opens no window at login, one by hand or for a second instance, and lives on without it', async () => {
    await launched();
    expect(BrowserWindow.testAll).toEqual([]);
    app.testSecondInstance({ atLogin: true });
    app.testSecondInstance('nonsense');
    const window = await openWindow();
    app.testSecondInstance({ atLogin: false });
    await waitFor('it in front', async () => window.testShown === 2);
    expect(BrowserWindow.testAll).toHaveLength(1);
    window.close();
    expect(machine.exitCode).toBeUndefined();
    expect(await accountState()).toBe('signed_out');
    await (await trayIcon()).click('Open Keytray');
    await openWindow();
  });

  it('shows the window where nobody shows tray icons, and says why', async () => {
    await launched({ trayHost: false });
    await openWindow();
    const notice = await notification('without its icon');
    expect(notice.testOptions.body).toContain('list of programs');
    // At login the app may be up before the desktop's own parts are.
    const panel = await openPanel(scene.env.DBUS_SESSION_BUS_ADDRESS ?? '');
    expect(await (await scene.tray(panel)).labels()).toContain('Quit');
    await waitFor('the end of the notice', async () => !notice.testOpen);
    panel.close();
  });

  it('answers its page, tells it everything, and shows it where the menu points', async () => {
    await launched();
    await signIn();
    await (await trayIcon()).click('Open Keytray');
    const page = pageOf(await openWindow());
    page.listen();
    await waitFor('the events', async () => page.events.length >= 2);
    expect(page.events[0]).toMatchObject({ type: 'broker', event: { type: 'state' } });
    expect(page.events[1]).toEqual({ type: 'show', page: 'accounts' });
    expect(await page.ask('status', undefined)).toMatchObject({ ok: true, value: { kind: 'desktop' } });
    await (await trayIcon()).click('lab', 'Details');
    expect(page.events.at(-1)).toEqual({ type: 'show', page: 'accounts', account: 'lab' });
  });

  it('opens the window by a click on its icon', async () => {
    await launched();
    await (await trayIcon()).activate();
    await openWindow();
  });

  it('replaces a window whose page has crashed, and its broker goes on', async () => {
    await launched();
    app.testSecondInstance({ atLogin: false });
    const first = await openWindow();
    first.webContents.emit('render-process-gone', {}, { reason: 'crashed', exitCode: 5 });
    expect(BrowserWindow.testAll).toEqual([]);
    expect(await accountState()).toBe('signed_out');
    app.testSecondInstance({ atLogin: false });
    const page = pageOf(await openWindow());
    expect(await page.ask('status', undefined)).toMatchObject({ ok: true });
    expect(await pageOf(first).ask('status', undefined)).toMatchObject({
      ok: false,
      error: { error: 'access_denied' },
    });
  });

  it('puts a token into the clipboard only, and takes it out when it ends', async () => {
    await launched();
    await signIn();
    await (await trayIcon()).click('lab', 'Copy token');
    const page = pageOf(await openWindow());
    page.listen();
    await waitFor('the page of the account', async () => page.events.some(({ type }) => type === 'show'));
    expect(await clipboard.readText()).toBe('');
    await page.ask('copyToken', { account: 'lab' });
    await waitFor('the token', async () => (await clipboard.readText()) !== '');
    expect(await clipboard.readText()).toBe((await scene.api.token('lab', {})).access_token);
    expect(await scene.quit()).toBe(0);
    expect(await clipboard.readText()).toBe('');
  });

  it('pauses and resumes hand-outs, and locks until it is unlocked', async () => {
    await launched();
    await signIn();
    const tray = await trayIcon();
    await tray.click('Pause hand-outs');
    await expect(scene.api.token('lab', {})).rejects.toMatchObject({ code: 'temporarily_unavailable' });
    await waitFor('the menu', async () => (await tray.labels()).some((label) => label.startsWith('Resume')));
    await tray.click('Resume');
    expect((await scene.api.token('lab', {})).access_token).toBeTruthy();
    await tray.click('Lock now');
    await expect(scene.api.token('lab', {})).rejects.toMatchObject({ code: 'keychain_locked' });
    await waitFor('the padlock', async () => (await tray.icon()).includes('locked'));
    expect((await tray.labels())[0]).toBe('Keytray is locked');
    // A click on the menu may be another program's: only the person can answer the box, and there is one at most.
    await tray.click('Unlock');
    await tray.click('Unlock');
    await waitFor('the question', async () => machine.messageBoxes.length > 0);
    expect(machine.messageBoxes.map(({ options }) => options.message)).toEqual(['Unlock Keytray?']);
    await expect(scene.api.token('lab', {})).rejects.toMatchObject({ code: 'keychain_locked' });
    machine.messageBoxes[0]?.click('Cancel');
    await expect(scene.api.token('lab', {})).rejects.toMatchObject({ code: 'keychain_locked' });
    await tray.click('Unlock');
    await waitFor('the question', async () => machine.messageBoxes.length > 0);
    machine.messageBoxes[0]?.click('Unlock');
    await waitFor('the key', async () => (await tray.icon()).includes('ok'));
    expect((await scene.api.token('lab', {})).access_token).toBeTruthy();
  });

  it('does not trust the network after a sleep, and dims its icon without a network', async () => {
    await launched();
    await signIn();
    const heads = () => session.testPartitions.get('oauth')?.testFetched.filter((what) => what.startsWith('HEAD '));
    await scene.api.token('lab', { force: true });
    expect(heads()).toEqual([]);
    powerMonitor.emit('suspend');
    powerMonitor.emit('resume');
    await scene.api.token('lab', { force: true });
    // Before a refresh token is spent: is the network there again?
    expect(heads()).toEqual([expect.stringMatching(/\/token$/)]);
    machine.online = false;
    powerMonitor.emit('resume');
    const tray = await trayIcon();
    await waitFor('the dimmed icon', async () => (await tray.icon()).includes('offline'));
    expect(await tray.tooltip()).toContain('offline');
  });

  it('lets a request under way end when it quits, takes its notices back and frees the socket', async () => {
    await launched();
    const waiting = scene.api.token('lab', { wait: 1 });
    await notification('Sign in to lab');
    await (await trayIcon()).click('Quit');
    await expect(waiting).rejects.toMatchObject({ code: 'login_required' });
    expect(await app.testExited()).toBe(0);
    expect(Notification.testVisible).toEqual([]);
    expect(existsSync(path.join(scene.folder, 'run', 'keytray.sock'))).toBe(false);
    await expect(scene.api.status()).rejects.toMatchObject({ code: 'no_broker' });
  });

  it('leaves the field to an instance that runs already', async () => {
    scene = await createDesktopScene({ config: lab });
    machine.firstInstance = false;
    await scene.launch();
    expect(machine.exitCode).toBe(0);
    expect(app.testLockData).toEqual({ atLogin: false });
    expect(scene.said).toEqual([expect.stringContaining('runs already')]);
  });

  it('says what is wrong where it cannot start', async () => {
    scene = await createDesktopScene({ config: lab });
    scene.env.KEYTRAY_SOCKET = `/${'x'.repeat(200)}/keytray.sock`;
    await scene.launch();
    expect(machine.exitCode).toBe(2);
    expect(machine.errorBoxes).toEqual([expect.stringContaining('no usable place for the socket')]);
  });

  it('starts over an invalid configuration, and shows what is wrong with it', async () => {
    await launched({ config: () => 'accounts:\n  lab:\n    service: nonsense\n' });
    expect((await scene.api.status()).config.error).toContain('unknown service');
    const tray = await trayIcon();
    expect(await tray.tooltip()).toBe('Keytray: the configuration has a mistake');
    await writeFile(path.join(scene.folder, 'config.yaml'), lab(scene.server.issuer));
    await waitFor('the account', async () => (await tray.labels()).includes('○ lab\u2003Sign in…'));
    expect(await tray.tooltip()).toBe('Keytray: 0 signed in');
  });

  it('keeps a log on disk, whatever ends it', async () => {
    await launched();
    app.emit('child-process-gone', {}, { type: 'GPU', reason: 'crashed', exitCode: 5 });
    const log = await readFile(path.join(scene.folder, 'state/keytray/desktop.log'), 'utf8');
    expect(log).toContain('"reason":"crashed"');
  });
});

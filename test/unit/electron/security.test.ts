import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { prepareElectron } from '../../../electron/before-ready.ts';
import { bundleHandler } from '../../../electron/security/bundle-handler.ts';
import { denyPermissions, guardContents } from '../../../electron/security/guards.ts';
import { isOwn } from '../../../electron/security/origin.ts';
import { MainWindow } from '../../../electron/window.ts';
import { Log } from '../../support/broker.ts';
import { app, BrowserWindow, Menu, protocol, resetElectron } from '../../support/electron-stand-in/index.ts';
import { StandInSession } from '../../support/electron-stand-in/session.ts';
import { StandInWebContents } from '../../support/electron-stand-in/windows.ts';

beforeEach(resetElectron);

const foreign = [
  'https://evil.example/',
  'http://bundle/index.html',
  'app://bundle.evil.example/index.html',
  'app://bundle@evil.example/',
  'app://user@bundle/index.html',
  'app://bundle:80/',
  'file:///etc/passwd',
  'javascript:alert(1)',
  'data:text/html,x',
  'about:blank',
  'not an address',
];

describe('our own origin', () => {
  it('is the scheme and the host, to the letter', () => {
    expect(isOwn('app://bundle/index.html#/settings')).toBe(true);
    expect(foreign.filter(isOwn)).toEqual([]);
  });
});

describe('files of pages', () => {
  const asked: string[] = [];
  const serve = bundleHandler({
    read: async (path) => {
      asked.push(path);
      return path === 'index.html' || path === 'assets/a.js' ? new TextEncoder().encode('x') : undefined;
    },
  });
  const get = (url: string, method = 'GET') => serve(new Request(url, { method }));

  it('come with a policy that allows nothing of others', async () => {
    const answer = await get('app://bundle/index.html');
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(answer.headers.get('content-security-policy')).toBe(
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'",
    );
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
    expect(await answer.text()).toBe('x');
    expect((await get('app://bundle/assets/a.js')).headers.get('content-type')).toContain('javascript');
  });

  it.each([
    ['app://bundle/../../etc/passwd.html', 404],
    ['app://bundle/%2e%2e/%2e%2e/etc/secret.png', 404],
    ['app://bundle/..%2f..%2fetc%2fsecret.png', 404],
    ['app://bundle/..%5c..%5csecret.png', 404],
    ['app://bundle/%252e%252e/secret.png', 404],
    ['app://bundle/a%00.html', 404],
    ['app://bundle/.hidden.html', 404],
    ['app://bundle/assets/.git/x.png', 404],
    ['app://bundle/%ff.html', 404],
    ['app://bundle/main.js.map', 404],
    ['app://bundle/', 404],
    ['app://other/index.html', 403],
  ])('%s is not one of them', async (url, status) => {
    asked.length = 0;
    const answer = await get(url);
    expect(answer.status).toBe(status);
    expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(asked.filter((path) => path.includes('..') || path.startsWith('/') || /(?:^|\/)\./.test(path))).toEqual([]);
  });

  it('are only read', async () => {
    expect((await get('app://bundle/index.html', 'POST')).status).toBe(405);
    const head = await get('app://bundle/index.html', 'HEAD');
    expect([head.status, head.headers.get('content-length'), await head.text()]).toEqual([200, '1', '']);
  });
});

describe('every page', () => {
  it('stays where it is, and opens and embeds nothing', () => {
    const contents = new StandInWebContents();
    // What the guard takes is checked by the compiler; the stand-in has a part of it.
    guardContents(contents as never);
    for (const url of foreign) {
      expect(contents.testNavigate('will-navigate', url)).toBe(false);
      expect(contents.testNavigate('will-redirect', url)).toBe(false);
      expect(contents.testNavigate('will-frame-navigate', url)).toBe(false);
      expect(contents.testOpen(url)).toBe('deny');
    }
    expect(contents.testNavigate('will-navigate', 'app://bundle/index.html')).toBe(true);
    expect(contents.testNavigate('will-frame-navigate', 'app://bundle/index.html', false)).toBe(false);
    expect(contents.testOpen('app://bundle/index.html')).toBe('deny');
    expect(contents.testAttachWebview()).toBe(false);
  });

  it('is guarded from its making, whoever makes it', () => {
    const state = mkdtempSync(join(tmpdir(), 'keytray-state-'));
    onTestFinished(() => rmSync(state, { recursive: true, force: true }));
    expect(prepareElectron({ XDG_STATE_HOME: state }, 'linux', { atLogin: false })).toBe(true);
    app.testBecomeReady();
    const { webContents } = new BrowserWindow();
    expect(webContents.testOpen('https://evil.example')).toBe('deny');
    expect(app.testSandbox).toBe(true);
    expect(app.testPaths.get('userData')).toBe(join(state, 'keytray/desktop'));
    expect(Menu.testApplicationMenu).toBeNull();
    const privileges = { standard: true, secure: true, supportFetchAPI: true };
    expect(protocol.testPrivileged()).toEqual([{ scheme: 'app', privileges }]);
  });

  it('is granted nothing', () => {
    const session = new StandInSession();
    denyPermissions(session);
    const { decide, check, device } = session.testHandlers;
    const granted: boolean[] = [];
    decide?.({} as never, 'clipboard-read', (allowed) => granted.push(allowed), {} as never);
    expect(granted).toEqual([false]);
    expect(check?.(null, 'media', 'app://bundle', {} as never)).toBe(false);
    expect(device?.({} as never)).toBe(false);
  });

  it('is shown in a window that isolates it', () => {
    app.testBecomeReady();
    const window = new MainWindow({
      preload: '/p.cjs',
      icon: '/i.png',
      partition: 'pages',
      devTools: false,
      logger: new Log(),
    });
    window.show();
    window.show();
    expect(BrowserWindow.testAll).toHaveLength(1);
    expect(BrowserWindow.testAll[0]?.testOptions).toMatchObject({
      width: 960,
      height: 640,
      minWidth: 320,
      webPreferences: {
        contextIsolation: true,
        sandbox: true,
        nodeIntegration: false,
        nodeIntegrationInSubFrames: false,
        nodeIntegrationInWorker: false,
        webSecurity: true,
        webviewTag: false,
        devTools: false,
        partition: 'pages',
        preload: '/p.cjs',
      },
    });
  });
});

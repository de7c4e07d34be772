import { beforeEach, describe, expect, it } from 'vitest';
import { electronDeclarations, isFor } from '../../support/electron-declarations.ts';
import {
  app,
  BrowserWindow,
  clipboard,
  dialog,
  ipcMain,
  Menu,
  Notification,
  nativeImage,
  nativeTheme,
  net,
  powerMonitor,
  protocol,
  resetElectron,
  session,
  shell,
  Tray,
} from '../../support/electron-stand-in/index.ts';
import { StandInSession } from '../../support/electron-stand-in/session.ts';
import { StandInImage } from '../../support/electron-stand-in/tray.ts';
import { StandInFrame, StandInWebContents } from '../../support/electron-stand-in/windows.ts';

const declared = electronDeclarations();

/** Names of what an object of the stand-in offers beside what every emitter and every class has. */
function offered(...sources: readonly object[]): readonly string[] {
  const common = new Set([
    'constructor',
    'on',
    'once',
    'emit',
    'length',
    'name',
    'prototype',
    'origin',
    'url',
    'items',
  ]);
  const names = sources.flatMap((source) => Object.getOwnPropertyNames(source));
  return [...new Set(names)].filter((name) => !common.has(name) && !/^(?:test[A-Z]|_)/.test(name));
}

const objects: readonly (readonly [string, readonly string[]])[] = [
  ['App', offered(Object.getPrototypeOf(app))],
  ['BrowserWindow', offered(BrowserWindow, BrowserWindow.prototype)],
  ['WebContents', offered(StandInWebContents.prototype)],
  ['WebFrameMain', ['origin', 'url']],
  ['IpcMain', offered(Object.getPrototypeOf(ipcMain))],
  ['Tray', offered(Tray, Tray.prototype)],
  ['Menu', offered(Menu, Menu.prototype)],
  ['Notification', offered(Notification, Notification.prototype)],
  ['NativeImage', offered(StandInImage.prototype, nativeImage)],
  ['NativeTheme', offered(Object.getPrototypeOf(nativeTheme))],
  ['PowerMonitor', offered(Object.getPrototypeOf(powerMonitor))],
  ['Session', offered(StandInSession.prototype, session)],
  ['Protocol', offered(protocol)],
  ['Net', offered(net)],
  ['Shell', offered(shell)],
  ['Clipboard', offered(clipboard)],
  ['Dialog', offered(dialog)],
];

describe('everything the stand-in offers is in electron.d.ts, for Linux', () => {
  it.each(objects)('members of %s', (name, members) => {
    const known = declared(name).members;
    // `defaultSession` belongs to the module, not to a session.
    const missing = members.filter((member) => !known.has(member) && member !== 'defaultSession');
    expect(missing).toEqual([]);
    expect(members.filter((member) => !isFor('linux', known.get(member)))).toEqual([]);
  });

  it.each([
    ['App', app.testEvents],
    ['BrowserWindow', BrowserWindow.testEvents],
    ['WebContents', new StandInWebContents().testEvents],
    ['Tray', Tray.testEvents],
    ['Notification', new Notification().testEvents],
    ['NativeTheme', nativeTheme.testEvents],
    ['PowerMonitor', powerMonitor.testEvents],
  ] as const)('events of %s', (name, events) => {
    const known = declared(name).events;
    expect(events.length).toBeGreaterThan(0);
    expect(events.filter((event) => !known.has(event))).toEqual([]);
    expect(events.filter((event) => !isFor('linux', known.get(event)))).toEqual([]);
  });

  it('reads the declarations, platforms included', () => {
    const { members, events } = declared('App');
    expect(members.size).toBeGreaterThan(50);
    expect(members.get('setActivationPolicy')).toBe('darwin');
    expect(events.get('activate')).toBe('darwin');
    expect(events.get('second-instance')).toBeUndefined();
    expect(declared('PowerMonitor').events.get('lock-screen')).toBe('darwin,win32');
    expect(declared('BrowserWindow').members.has('focus')).toBe(true);
    expect(members.has('noSuchThing')).toBe(false);
    expect(() => declared('NoSuchClass')).toThrow();
  });
});

describe('the stand-in refuses', () => {
  beforeEach(resetElectron);

  it('what Electron does not allow before it is ready, and after', () => {
    expect(() => new BrowserWindow()).toThrow('after app is ready');
    expect(() => session.fromPartition('x', { cache: false })).toThrow('after app is ready');
    expect(() => powerMonitor.on('resume', () => undefined)).toThrow('after app is ready');
    expect(() => new Tray(new StandInImage('x.png'))).toThrow('after app is ready');
    app.testBecomeReady();
    expect(() => app.enableSandbox()).toThrow('before app is ready');
    expect(() => protocol.registerSchemesAsPrivileged([])).toThrow('before app is ready');
  });

  it('events that never come, a second handler, a second icon, an image that is missing', () => {
    app.testBecomeReady();
    expect(() => app.on('window-all-close', () => undefined)).toThrow('has no event');
    ipcMain.handle('a', () => undefined);
    expect(() => ipcMain.handle('a', () => undefined)).toThrow('second handler');
    new Tray(new StandInImage('x.png'));
    expect(() => new Tray(new StandInImage('x.png'))).toThrow('only the first');
    expect(() => nativeImage.createFromPath('/nowhere.png')).toThrow('no image');
  });

  it('requests with cookies or a cache', async () => {
    const { fetch } = StandInSession.prototype;
    await expect(fetch('http://127.0.0.1:9')).rejects.toThrow('cookies');
    await expect(fetch('http://127.0.0.1:9', { credentials: 'omit' })).rejects.toThrow('cache');
  });

  it('a frame that claims an origin it has not', () => {
    expect(new StandInFrame('app://bundle/index.html').origin).toBe('app://bundle');
    expect(new StandInFrame('https://evil.example/x').origin).toBe('https://evil.example');
  });
});

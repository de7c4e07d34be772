import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type * as E from 'electron';
import { LocalApiClient } from '../../core/local-api/client/client.ts';
import {
  type AuthorizationServerOptions,
  type RunningAuthorizationServer,
  startAuthorizationServer,
} from '../../demo/authorization-server.ts';
import { signInWithForms } from '../../demo/built-in-user-agent.ts';
import { startApp } from '../../electron/start.ts';
import { channelOf, eventChannel, listeningChannel } from '../../ipc/channels.ts';
import type { Method, RequestOf, ResponseOf } from '../../ipc/contract.ts';
import type { AppEvent, Outcome } from '../../ipc/views.ts';
import { privateFolders } from './app-scene.ts';
import { app, BrowserWindow, ipcMain, machine, Notification, resetElectron } from './electron-stand-in/index.ts';
import type { StandInFrame, StandInWebContents } from './electron-stand-in/windows.ts';
import { openPanel, type Panel, type PanelIcon } from './panel.ts';
import { startBus } from './session-bus.ts';
import { waitFor } from './wait-for.ts';

/** The page of a window, as the preload script serves it. */
export interface Page {
  ask<M extends Method>(method: M, request: RequestOf<M>): Promise<Outcome<ResponseOf<M>>>;
  listen(): void;
  readonly events: readonly AppEvent[];
}

/** Sends as this frame of these contents; the event has what the main process looks at. */
export function sendAs(sender: StandInWebContents, senderFrame: StandInFrame | null) {
  const event = { sender, senderFrame } as unknown as E.IpcMainInvokeEvent;
  return {
    invoke: async (channel: string, request: unknown): Promise<unknown> => {
      const handler = ipcMain.testHandlers.get(channel);
      if (handler === undefined) throw new Error(`No handler registered for '${channel}'`);
      return structuredClone(await handler(event, structuredClone(request)));
    },
    send: (channel: string) => ipcMain.emit(channel, event),
  };
}

export function pageOf(window: BrowserWindow): Page {
  const { webContents } = window;
  const as = () => sendAs(webContents, webContents.mainFrame);
  return {
    ask: (method, request) => as().invoke(channelOf(method), request) as Promise<never>,
    listen: () => as().send(listeningChannel),
    get events() {
      const heard = webContents.testSent.filter(({ channel }) => channel === eventChannel);
      return heard.map(({ given: [event] }) => event as AppEvent);
    },
  };
}

/** The whole main process in this one, over the stand-in; broker, files and authorization server are real. */
export interface DesktopScene {
  readonly folder: string;
  readonly env: NodeJS.ProcessEnv;
  readonly server: RunningAuthorizationServer;
  readonly api: LocalApiClient;
  /** What was written to the terminal. */
  readonly said: readonly string[];
  /** Resolves when the app is up, or on its way out again. */
  launch(...args: readonly string[]): Promise<void>;
  /** The icon on the panel, once it is there. */
  tray(panel?: Panel): Promise<PanelIcon>;
  /** Resolves to the status the process ends with. */
  quit(): Promise<number>;
  /** Signs in at the address the browser was opened at last. */
  fillInForms(login?: string): Promise<void>;
  close(): Promise<void>;
}

export interface DesktopSceneOptions {
  readonly config?: (issuer: string) => string;
  readonly server?: AuthorizationServerOptions;
  /** Whether this desktop shows tray icons. Default: yes. */
  readonly trayHost?: boolean;
}

export async function createDesktopScene(options: DesktopSceneOptions = {}): Promise<DesktopScene> {
  resetElectron();
  const server = await startAuthorizationServer(options.server);
  const { folder, env } = await privateFolders();
  env.DBUS_SESSION_BUS_ADDRESS = `unix:path=${path.join(folder, 'bus')}`;
  const bus = await startBus(folder, {
    PATH: process.env.PATH ?? '',
    DBUS_SESSION_BUS_ADDRESS: env.DBUS_SESSION_BUS_ADDRESS,
  });
  const panel = options.trayHost === false ? undefined : await openPanel(env.DBUS_SESSION_BUS_ADDRESS);
  const yaml = options.config?.(server.issuer);
  if (yaml !== undefined) await writeFile(path.join(folder, 'config.yaml'), yaml, { mode: 0o600 });
  const built = await builtFolder(folder);
  const said: string[] = [];
  let launched = false;

  const quit = async (): Promise<number> => {
    app.quit();
    return await app.testExited();
  };
  return {
    folder,
    env,
    server,
    api: new LocalApiClient(path.join(folder, 'run', 'keytray.sock')),
    said,
    async launch(...args) {
      launched = true;
      const up = startApp({
        env,
        platform: 'linux',
        arguments: ['keytray-desktop', ...args],
        here: built,
        umask: 0o022,
        say: (line) => said.push(line),
      });
      app.testBecomeReady();
      await up;
    },
    async tray(other = panel) {
      if (other === undefined) throw new Error('this desktop shows no tray icons');
      return await other.tray();
    },
    quit,
    async fillInForms(login = 'ada') {
      const address = machine.opened.at(-1);
      if (address === undefined) throw new Error('no browser was opened');
      await signInWithForms(address, { login });
    },
    async close() {
      if (launched && machine.exitCode === undefined) await quit();
      await ended(bus);
      panel?.close();
      await server.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** As the build makes it, with a page that stands for all. */
async function builtFolder(folder: string): Promise<string> {
  const built = path.join(folder, 'app');
  await mkdir(path.join(built, 'renderer'), { recursive: true });
  await writeFile(path.join(built, 'renderer/index.html'), '<!doctype html><title>Keytray</title>');
  await symlink(path.resolve(import.meta.dirname, '../../electron/icons'), path.join(built, 'icons'));
  return built;
}

async function ended(child: ChildProcess): Promise<void> {
  const gone = once(child, 'exit');
  child.kill();
  await gone;
}

export async function openWindow(): Promise<BrowserWindow> {
  await waitFor('the window', async () => (BrowserWindow.testAll[0]?.testShown ?? 0) > 0);
  const [window] = BrowserWindow.testAll;
  if (window === undefined) throw new Error('there is no window');
  return window;
}

/** The one notification on the screen whose title has these words. */
export async function notification(words: string): Promise<Notification> {
  const found = () => Notification.testVisible.find(({ testOptions }) => testOptions.title?.includes(words));
  await waitFor(`the notice ${words}`, async () => found() !== undefined);
  const seen = found();
  if (seen === undefined) throw new Error(`the notice ${words} has gone`);
  return seen;
}

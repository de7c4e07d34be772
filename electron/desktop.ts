import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { app, clipboard, session } from 'electron';
import { openConfigFeed } from '../core/config/config-feed.ts';
import { stateFolder } from '../core/config/paths.ts';
import { openBrokerHost } from '../core/host/broker-host.ts';
import { NodeHttp } from '../core/http/node-http.ts';
import { findBroker } from '../core/local-api/client/client.ts';
import { logNotifier } from '../core/notices/log-notifier.ts';
import { openSessionBus } from '../core/platform/dbus/session-bus.ts';
import { SystemBrowser } from '../core/platform/system-browser.ts';
import type { Clock, Logger } from '../core/ports.ts';
import { BrokerMirror } from '../core/tray/broker-mirror.ts';
import { type CommandParts, runCommand } from '../core/tray/commands.ts';
import type { TrayOffers } from '../core/tray/tray-view.ts';
import { openAppApi } from './api/app-api.ts';
import type { Desktop } from './api/parts.ts';
import { startAtLogin } from './autostart.ts';
import { SecretClipboard } from './clipboard.ts';
import { linkedNotice, linkTools } from './command-line-tools.ts';
import { SessionHttp } from './http/session-http.ts';
import type { Installation } from './installation.ts';
import { ElectronNotifier } from './notices/electron-notifier.ts';
import { SignInQuestions } from './notices/sign-in-questions.ts';
import { signedInNotice } from './notices/signed-in-notice.ts';
import { Pages, type Place } from './pages.ts';
import { Power } from './power.ts';
import { bundleHandler } from './security/bundle-handler.ts';
import { denyPermissions } from './security/guards.ts';
import { scheme } from './security/origin.ts';
import { serveTrusted } from './security/trusted-ipc.ts';
import { openOutside, ShellBrowser } from './shell-browser.ts';
import { type TakeOver, takeOver } from './take-over.ts';
import { showTray } from './tray/show-tray.ts';
import { unlocking } from './unlocking.ts';
import { MainWindow } from './window.ts';

export interface DesktopOptions {
  readonly env: NodeJS.ProcessEnv;
  readonly platform: NodeJS.Platform;
  readonly uid: number;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly logFile: string;
  readonly installation: Installation;
  /** The person's own, for programs started on their behalf. */
  readonly umask: number;
  /** Aborts when the app is to end before it is up. */
  readonly leaving: AbortSignal;
}

export interface RunningDesktop {
  /** Opens the window, or brings it to the front. */
  show(place?: Place): void;
  close(): Promise<void>;
}

// In memory, as nothing in their names says otherwise, and each for one purpose.
const pagesPartition = 'pages';
const oauthPartition = 'oauth';

/** The whole app around one broker, once Electron is ready. With a `kind`: another broker keeps its place. */
export async function openDesktop(
  options: DesktopOptions,
): Promise<RunningDesktop | { readonly kind: Exclude<TakeOver, 'listening'> }> {
  const { env, platform, uid, clock, logger, logFile, installation } = options;
  const config = await openConfigFeed(env, uid);
  const notices = new ElectronNotifier(platform, logNotifier(logger));
  const oauthSession = session.fromPartition(oauthPartition, { cache: false });
  denyPermissions(oauthSession);
  const http = new SessionHttp({ session: oauthSession, node: new NodeHttp({ variables: env }), platform });
  const bus = openSessionBus(env, clock);
  const host = openBrokerHost({
    kind: 'desktop',
    env,
    uid,
    clock,
    logger,
    config,
    bus,
    http,
    notifier: notices,
    userAgent: new ShellBrowser(new SystemBrowser(env, platform, options.umask)),
    configured: ({ proxy }) => http.useProxy(proxy),
    quit: () => app.quit(),
    keychainChild: installation.keychainChild,
  });
  const taken = await takeOver(host, findBroker(env), clock, options.leaving);
  if (taken !== 'listening') {
    await host.close();
    bus.close();
    return { kind: taken };
  }

  const { broker } = host;
  const secrets = new SecretClipboard(clock);
  const window = openWindow(installation, logger);
  const desktop: Desktop = {
    copySecret: (text, seconds) => secrets.copy(text, seconds),
    copyText: (text) => clipboard.writeText(text),
    openExternal: openOutside,
    ask: (question) => window.ask(question),
    startAtLogin: startAtLogin(env, platform, process.execPath),
  };
  const { programs } = installation;
  const running = await openAppApi({ broker, config, env, http, clock, logger, desktop, programs, logFile });
  const pages = new Pages(running);
  serveTrusted({
    api: running.api,
    logger,
    isOurs: (contents) => window.owns(contents),
    listening: (page) => pages.listening(page),
  });

  const show = (place?: Place): void => {
    if (place !== undefined) pages.go(place);
    window.show();
  };
  const installTools = async (): Promise<void> => {
    const { HOME: home = homedir(), PATH = '' } = env;
    const tools = await linkTools(programs.bin, ['/usr/local/bin', join(home, '.local/bin')]);
    notices.show(linkedNotice(tools, PATH), () => undefined);
  };
  const commands: CommandParts = {
    broker,
    logger,
    go: show,
    unlock: unlocking(broker, show, (question) => window.ask(question)),
    copyToken: (account) => running.api.copyToken({ account }),
    installTools,
    quit: () => app.quit(),
  };
  // On Linux any program on the session bus can click the menu.
  const offers: TrayOffers = {
    window: true,
    clipboard: platform === 'darwin' ? 'at_once' : 'in_window',
    tools: platform === 'darwin' && app.isPackaged,
  };
  const mirror = new BrokerMirror();
  // Or the first menu would say that there is no account.
  mirror.heard({ type: 'state', status: await broker.status() });
  const power = new Power({ host, clock, logger, platform, quit: () => app.quit(), changed: () => tray.changed() });
  const tray = showTray({
    bus,
    platform,
    clock,
    icons: { menuBar: installation.icons, panel: installation.panelIcons },
    notifier: notices,
    view: () => {
      const { accounts, handOuts, configError } = mirror;
      return { accounts, handOuts, configError, offers, online: power.online, now: clock.now() };
    },
    run: (command) => void runCommand(command, commands),
    show,
  });
  const questions = new SignInQuestions((account) => show({ page: 'accounts', account }));
  const unheard = running.listen((event) => {
    if (event.type !== 'broker') return;
    mirror.heard(event.event);
    questions.heard(event.event);
    tray.changed();
    const notice = window.isOpen ? undefined : signedInNotice(event.event, (account) => mirror.titleOf(account));
    if (notice !== undefined) host.notices.show(notice, () => undefined);
  });
  return {
    show,
    async close() {
      unheard();
      power.close();
      tray.close();
      running.close();
      await secrets.clear();
      await host.close();
      notices.close();
      bus.close();
    },
  };
}

function openWindow({ preload, icons, pages }: Installation, logger: Logger): MainWindow {
  const own = session.fromPartition(pagesPartition, { cache: false });
  denyPermissions(own);
  denyPermissions(session.defaultSession);
  own.protocol.handle(
    scheme,
    bundleHandler({
      read: async (path) => {
        try {
          return await readFile(join(pages, path));
        } catch {
          return undefined;
        }
      },
    }),
  );
  return new MainWindow({
    preload,
    icon: join(icons, 'window.png'),
    partition: pagesPartition,
    devTools: !app.isPackaged,
    logger,
  });
}

/** Where the log of the desktop app is. */
export const desktopLog = (env: NodeJS.ProcessEnv): string => join(stateFolder(env), 'desktop.log');

import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Broker } from '../../core/broker/broker.ts';
import { openConfigFeed } from '../../core/config/config-feed.ts';
import { openBrokerHost } from '../../core/host/broker-host.ts';
import { NodeHttp } from '../../core/http/node-http.ts';
import { openSessionBus } from '../../core/platform/dbus/session-bus.ts';
import { SystemClock } from '../../core/platform/system-clock.ts';
import type { UserAgent } from '../../core/ports.ts';
import type { Secret } from '../../core/secret.ts';
import {
  type AuthorizationServerOptions,
  type RunningAuthorizationServer,
  startAuthorizationServer,
} from '../../demo/authorization-server.ts';
import { signInWithForms } from '../../demo/built-in-user-agent.ts';
import { openAppApi, type RunningApi } from '../../electron/api/app-api.ts';
import type { Desktop } from '../../electron/api/parts.ts';
import type { Question } from '../../electron/api/question.ts';
import type { AppApi } from '../../ipc/contract.ts';
import type { AppEvent } from '../../ipc/views.ts';
import { Browsers, Log, Notices } from './broker.ts';

/** What a person would see of the desktop. */
export class WatchedDesktop implements Desktop {
  readonly copied: { readonly text: Secret | string; readonly clearAfter?: number }[] = [];
  readonly opened: string[] = [];
  on = false;
  /** What the person was asked, and whether they agree. */
  readonly asked: Question[] = [];
  agrees = false;
  readonly startAtLogin = {
    view: async () => ({ on: this.on }),
    set: async (on: boolean) => {
      this.on = on;
    },
  };

  async copySecret(text: Secret, clearAfter: number): Promise<void> {
    this.copied.push({ text, clearAfter });
  }

  async copyText(text: string): Promise<void> {
    this.copied.push({ text });
  }

  async ask(question: Question): Promise<boolean> {
    this.asked.push(question);
    return this.agrees;
  }

  async openExternal(url: URL): Promise<void> {
    this.opened.push(url.href);
  }
}

/** The pages' api over the real broker, files and authorization server. */
export interface AppScene {
  readonly folder: string;
  readonly env: NodeJS.ProcessEnv;
  readonly api: AppApi;
  readonly running: RunningApi;
  readonly broker: Broker;
  readonly server: RunningAuthorizationServer;
  readonly desktop: WatchedDesktop;
  readonly notices: Notices;
  readonly events: readonly AppEvent[];
  readonly config: { read(): Promise<string> };
  /** Fills in the forms at the address where the account's sign-in is open. */
  signIn(account: string, login?: string): Promise<void>;
  close(): Promise<void>;
}

/** A person's own folders, so that nothing of this machine is seen or touched. */
export async function privateFolders(): Promise<{ readonly folder: string; readonly env: NodeJS.ProcessEnv }> {
  const folder = await mkdtemp(path.join(tmpdir(), 'keytray-app-'));
  const home = path.join(folder, 'home');
  await mkdir(home);
  const env = {
    PATH: process.env.PATH,
    HOME: home,
    LANG: 'C.UTF-8',
    GIT_CONFIG_NOSYSTEM: '1',
    XDG_STATE_HOME: path.join(folder, 'state'),
    XDG_CONFIG_HOME: path.join(folder, 'config'),
    KEYTRAY_CONFIG: path.join(folder, 'config.yaml'),
    KEYTRAY_SOCKET: path.join(folder, 'run', 'keytray.sock'),
  };
  return { folder, env };
}

export interface AppSceneParts {
  /** Added to the private environment: a keyring's bus. */
  readonly env?: NodeJS.ProcessEnv;
  readonly userAgent?: UserAgent;
  /** Where the helpers are; default: nowhere. */
  readonly bin?: string;
}

/** `yaml` is made of the issuer's address. */
export async function startAppScene(
  yaml: (issuer: string) => string,
  options: AuthorizationServerOptions = {},
  parts: AppSceneParts = {},
): Promise<AppScene> {
  const server = await startAuthorizationServer(options);
  const { folder, env: folders } = await privateFolders();
  const env = { ...parts.env, ...folders };
  const file = path.join(folder, 'config.yaml');
  const text = yaml(server.issuer);
  if (text !== '') await writeFile(file, text, { mode: 0o600 });
  const uid = process.getuid?.() ?? 0;
  const clock = new SystemClock();
  const logger = new Log();
  const notices = new Notices();
  const desktop = new WatchedDesktop();
  const config = await openConfigFeed(env, uid);
  const http = new NodeHttp();
  const bus = openSessionBus(env, clock);
  const host = openBrokerHost({
    kind: 'desktop',
    bus,
    env,
    uid,
    clock,
    logger,
    config,
    http,
    notifier: notices,
    userAgent: parts.userAgent ?? new Browsers(),
    quit: () => undefined,
  });
  await host.listen();
  const { broker } = host;
  const programs = { bin: parts.bin ?? path.join(folder, 'bin'), libexec: path.join(folder, 'libexec') };
  const logFile = path.join(folder, 'desktop.log');
  const running = await openAppApi({ broker, config, env, http, clock, logger, desktop, programs, logFile });
  const events: AppEvent[] = [];
  const unheard = running.listen((event) => events.push(event));
  return {
    folder,
    env,
    api: running.api,
    running,
    broker,
    server,
    desktop,
    notices,
    events,
    config: { read: () => readFile(file, 'utf8') },
    async signIn(account, login = 'ada') {
      const started = await broker.startLogin(account, { user_agent: 'none', switch: true });
      if (started.authorization_url === undefined) throw new Error(`no address to sign in at: ${started.state}`);
      await signInWithForms(started.authorization_url, { login }).catch(() => undefined);
      await broker.waitForLogin(started.login_id, 10, new AbortController().signal);
    },
    async close() {
      unheard();
      running.close();
      await host.close();
      bus.close();
      await server.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

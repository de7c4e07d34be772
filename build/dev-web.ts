import { join } from 'node:path';
import { openConfigFeed } from '../core/config/config-feed.ts';
import { stateFolder } from '../core/config/paths.ts';
import { openBrokerHost } from '../core/host/broker-host.ts';
import { NodeHttp } from '../core/http/node-http.ts';
import { chooseNotifier } from '../core/notices/choose-notifier.ts';
import { openSessionBus } from '../core/platform/dbus/session-bus.ts';
import { openLog } from '../core/platform/log.ts';
import { SystemBrowser } from '../core/platform/system-browser.ts';
import { SystemClock } from '../core/platform/system-clock.ts';
import { openAppApi } from '../electron/api/app-api.ts';
import { terminalDesktop } from './dev-web/desktop.ts';
import { startDevServer } from './dev-web/server.ts';

/** `npm run dev:web`: the window's pages in a browser, with the real broker behind them. In no package. */

const root = join(import.meta.dirname, '..');
const say = (line: string): void => void process.stdout.write(`${line}\n`);

async function main(env: NodeJS.ProcessEnv): Promise<number> {
  const umask = process.umask(0o077);
  const uid = process.getuid?.();
  if (uid === undefined) throw new Error('this system is not supported yet');
  const stopping = Promise.withResolvers<void>();
  process.once('SIGINT', () => stopping.resolve());
  process.once('SIGTERM', () => stopping.resolve());

  const logFile = `${stateFolder(env)}/dev-web.log`;
  const logger = openLog(logFile, env.KEYTRAY_LOG_LEVEL ?? 'info');
  const clock = new SystemClock();
  const http = new NodeHttp();
  const userAgent = new SystemBrowser(env, process.platform, umask);
  const config = await openConfigFeed(env, uid);
  const bus = openSessionBus(env, clock);
  const { notifier, close: closeNotices } = chooseNotifier(env, bus, logger);
  const quit = (): void => stopping.resolve();
  const parts = { env, uid, clock, logger, config, bus, http, notifier, userAgent, quit };
  const host = openBrokerHost({ kind: 'desktop', ...parts });
  try {
    if ((await host.listen()) === 'already_running') {
      say('Another broker is running: end it first, or name a socket of your own in KEYTRAY_SOCKET.');
      return 1;
    }
    const { broker } = host;
    const desktop = terminalDesktop(userAgent);
    const programs = { bin: join(root, 'out/bin'), libexec: join(root, 'out/libexec') };
    const running = await openAppApi({ broker, config, env, http, clock, logger, desktop, programs, logFile });
    const server = await startDevServer(running, logger, Number(env.PORT ?? 0));
    say(`Open this once, in one browser: ${server.address}`);
    await stopping.promise;
    await server.close();
    running.close();
    return 0;
  } finally {
    await host.close();
    await closeNotices();
    bus.close();
  }
}

process.exitCode = await main(process.env);

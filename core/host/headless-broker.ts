import { formatConfigError } from '../config/config-error.ts';
import { openConfigFeed } from '../config/config-feed.ts';
import { stateFolder } from '../config/paths.ts';
import { failures, KeytrayError } from '../errors.ts';
import { oneLineOf } from '../failures/next-step.ts';
import { NodeHttp } from '../http/node-http.ts';
import { chooseNotifier } from '../notices/choose-notifier.ts';
import { endOnCrash } from '../platform/crash.ts';
import { openSessionBus } from '../platform/dbus/session-bus.ts';
import { openLog } from '../platform/log.ts';
import { hasNetwork } from '../platform/network.ts';
import { ignoredNote } from '../platform/start-environment.ts';
import { SystemBrowser } from '../platform/system-browser.ts';
import { SystemClock } from '../platform/system-clock.ts';
import { requireOwnFolder } from '../platform/trusted-path.ts';
import type { Barriers, Logger } from '../ports.ts';
import { openBrokerTray } from '../tray/broker-tray.ts';
import { SwitchedTray } from '../tray/switched-tray.ts';
import { openBrokerHost } from './broker-host.ts';

/** The broker without a desktop: the whole of core on plain Node. Resolves to the exit code. */
export async function runHeadlessBroker(
  env: NodeJS.ProcessEnv,
  say: (line: string) => void,
  barriers?: Barriers,
  passphraseDescriptor?: number,
): Promise<number> {
  const umask = process.umask(0o077);
  const crash = endOnCrash(say);
  const uid = process.getuid?.();
  if (uid === undefined) {
    say('keytray: this system is not supported yet (Linux, macOS and WSL are)');
    return failures.misconfigured.exit;
  }
  const stopping = stopRequested();
  const config = await openConfigFeed(env, uid);
  if (config.first.kind === 'invalid') {
    config.close();
    for (const error of config.first.errors) say(`keytray: ${formatConfigError(error)}`);
    return failures.misconfigured.exit;
  }

  let logger: Logger;
  try {
    // The log is the first file that would be made there.
    requireOwnFolder(stateFolder(env), uid);
    logger = openLog(`${stateFolder(env)}/agent.log`, env.KEYTRAY_LOG_LEVEL ?? 'info');
  } catch (error) {
    config.close();
    if (!(error instanceof KeytrayError)) throw error;
    say(`keytray: ${oneLineOf(error)}`);
    return failures[error.code].exit;
  }
  crash.logTo(logger);
  const ignored = ignoredNote(env);
  if (ignored !== undefined) {
    say(`keytray: ${ignored}`);
    logger.warn(ignored);
  }
  const clock = new SystemClock();
  const bus = openSessionBus(env, clock);
  const notices = chooseNotifier(env, bus, logger);
  const tray = new SwitchedTray();
  const http = new NodeHttp({ variables: env });
  const host = openBrokerHost({
    kind: 'agent',
    env,
    uid,
    clock,
    logger,
    config,
    bus,
    http,
    notifier: notices.notifier,
    userAgent: new SystemBrowser(env, process.platform, umask),
    configured: ({ agent, proxy }) => {
      http.useProxy(proxy);
      tray.want(agent.tray === 'auto');
    },
    quit: stopping.request,
    barriers,
    passphraseDescriptor,
  });
  try {
    if ((await host.listen()) === 'already_running') {
      say('keytray: another broker is running already; nothing to do');
      return 0;
    }
    say(`keytray: listening on ${host.socketPath}`);
    const shown = { bus, broker: host.broker, clock, logger, online: hasNetwork, quit: stopping.request };
    tray.begin(() => openBrokerTray(shown));
    await stopping.requested;
    return 0;
  } catch (error) {
    if (!(error instanceof KeytrayError)) throw error;
    say(`keytray: ${oneLineOf(error)}`);
    return failures[error.code].exit;
  } finally {
    tray.close();
    await host.close();
    await notices.close();
    bus.close();
  }
}

function stopRequested(): { readonly requested: Promise<void>; readonly request: () => void } {
  const { promise, resolve } = Promise.withResolvers<void>();
  process.once('SIGTERM', () => resolve());
  process.once('SIGINT', () => resolve());
  return { requested: promise, request: () => resolve() };
}

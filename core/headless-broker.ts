import { PlacementsFile } from './accounts/placements.ts';
import { Broker } from './broker.ts';
import { formatConfigError } from './config/config-error.ts';
import { configFile, dropInFolders, socketCandidates, stateFolder } from './config/paths.ts';
import { type ConfigSources, type ReadConfig, readConfig } from './config/read-config.ts';
import { watchConfig } from './config/watch-config.ts';
import { endOnCrash } from './crash.ts';
import { failures, KeytrayError } from './errors.ts';
import { EncryptedFileStore } from './keychain/encrypted-file-store.ts';
import { MemoryStore } from './keychain/memory-store.ts';
import { openKeychain } from './keychain/open-store.ts';
import { startLocalApi } from './local-api/server.ts';
import { chooseSocketPath } from './local-api/socket-path.ts';
import { openLog } from './log.ts';
import { Logind } from './logind.ts';
import { chooseNotifier } from './notices/choose-notifier.ts';
import { NodeHttp } from './oauth/node-http.ts';
import { passphraseSource } from './passphrase-source.ts';
import type { Barriers } from './ports.ts';
import { AttemptNoteFiles } from './refresh/attempt-notes.ts';
import { never, within } from './refresh/pause.ts';
import { SystemBrowser } from './system-browser.ts';
import { SystemClock } from './system-clock.ts';

// Requests under way when the broker is asked to end get this long.
const drainTime = 2_000;
// A refresh token that is being spent gets longer: its reply is the only way to keep the login.
const longestRefresh = 30_000;

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
  const sources: ConfigSources = { file: configFile(env), dropIns: dropInFolders(env), uid };
  const stopping = stopRequested();
  let apply: (read: ReadConfig) => void = () => undefined;
  // Before the first reading, so that no change falls between the two.
  const watcher = watchConfig(sources, (read) => apply(read));
  const first = await readConfig(sources);
  if (first.kind === 'invalid') {
    watcher.close();
    for (const error of first.errors) say(`keytray: ${formatConfigError(error)}`);
    return failures.misconfigured.exit;
  }

  const folder = stateFolder(env);
  const logger = openLog(`${folder}/agent.log`, env.KEYTRAY_LOG_LEVEL ?? 'info');
  crash.logTo(logger);
  const clock = new SystemClock();
  const keychain = openKeychain({ clock, logger, env, stateFolder: folder, barriers });
  const passphrase = passphraseSource(env, uid, passphraseDescriptor);
  const encryptedFile = new EncryptedFileStore({ path: `${folder}/tokens.sealed`, logger, passphrase, barriers });
  const attempts = new AttemptNoteFiles(`${folder}/refreshing`, logger);
  const notices = chooseNotifier(env, clock, logger);
  const broker = new Broker({
    kind: 'agent',
    clock,
    http: new NodeHttp(),
    notifier: notices.notifier,
    userAgent: new SystemBrowser(env, process.platform, umask),
    stores: {
      keychain,
      memory: new MemoryStore(),
      'encrypted-file': encryptedFile,
    },
    placements: new PlacementsFile(`${folder}/stores.json`, logger),
    logger,
    random: Math.random,
    reloadConfig: async () => apply(await readConfig(sources)),
    quit: stopping.request,
    barriers,
    attempts,
  });
  const logind = new Logind({ env, clock, woken: () => broker.woken() });
  apply = (read) => {
    if (read.kind === 'ok') return broker.configure(read.config, read.files);
    const lines = read.errors.map(formatConfigError);
    logger.warn('the config is invalid; the one read before stays in force', { errors: lines.join('; ') });
    broker.configFailed(lines.join('; '));
  };
  apply(first);

  try {
    const socketPath = chooseSocketPath(socketCandidates(env, uid), uid);
    // One broker per state folder, too: a second one would write the same journal.
    const lockFiles = [`${folder}/broker.lock`];
    const api = await startLocalApi({ socketPath, broker, uid, logger, lockFiles });
    if (api.kind === 'already_running') {
      say('keytray: another broker is running already; nothing to do');
      return 0;
    }
    say(`keytray: listening on ${api.socketPath}`);
    logger.info('started', { socket: api.socketPath });
    await attempts.load();
    void broker.start();
    void logind.listen();
    await stopping.requested;
    logger.info('stopping');
    const refreshed = within(clock, longestRefresh, never, broker.stop());
    await api.close(drainTime, async () => {
      await refreshed;
      await keychain.close();
    });
    return 0;
  } catch (error) {
    if (!(error instanceof KeytrayError)) throw error;
    say(`keytray: ${error.message}`);
    return failures[error.code].exit;
  } finally {
    watcher.close();
    logind.close();
    await keychain.close();
    await encryptedFile.close();
    await notices.close();
  }
}

function stopRequested(): { readonly requested: Promise<void>; readonly request: () => void } {
  const { promise, resolve } = Promise.withResolvers<void>();
  process.once('SIGTERM', () => resolve());
  process.once('SIGINT', () => resolve());
  return { requested: promise, request: () => resolve() };
}

import { RotationNoteFiles } from '../broker/api-keys/rotation-notes.ts';
import { Broker } from '../broker/broker.ts';
import type { BrokerDependencies } from '../broker/broker-dependencies.ts';
import { inBackground } from '../concurrency/background.ts';
import { never, within } from '../concurrency/pause.ts';
import type { Config } from '../config/config.ts';
import { formatConfigError } from '../config/config-error.ts';
import type { ConfigFeed } from '../config/config-feed.ts';
import { socketCandidates, stateFolder } from '../config/paths.ts';
import type { ReadConfig } from '../config/read-config.ts';
import { LockNoteFile } from '../hand-out/lock-note.ts';
import { type LocalApi, startLocalApi } from '../local-api/server/server.ts';
import { chooseSocketPath } from '../local-api/socket/socket-path.ts';
import { QuietNotifier } from '../notices/quiet-notifier.ts';
import type { DBus } from '../platform/dbus/bus.ts';
import { KernelPeers } from '../platform/kernel-peers.ts';
import { Logind } from '../platform/logind.ts';
import { SystemPrograms } from '../platform/system-programs.ts';
import type { Barriers, Clock, Http, Logger, Notifier, UserAgent } from '../ports.ts';
import { AttemptNoteFiles } from '../refresh/attempt-notes.ts';
import { EncryptedFileStore } from '../stores/encrypted-file/encrypted-file-store.ts';
import { passphraseSource } from '../stores/encrypted-file/passphrase-source.ts';
import { MemoryStore } from '../stores/memory-store.ts';
import { type ChildProgram, openKeychain } from '../stores/open-store.ts';
import { PlacementsFile } from '../stores/placements.ts';
import { accountsFileOf } from './accounts-file.ts';
import { rehearse } from './rehearsal.ts';

// Requests under way when the broker is asked to end get this long.
const drainTime = 2_000;
// A refresh token that is being spent gets longer: its reply is the only way to keep the login.
const longestRefresh = 30_000;

// By then whoever the broker was started for has been answered.
const settled = 1_000;

export interface BrokerHostOptions {
  readonly kind: BrokerDependencies['kind'];
  readonly env: NodeJS.ProcessEnv;
  readonly uid: number;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly config: ConfigFeed;
  /** The session's; the caller closes it, later than the host. */
  readonly bus: DBus;
  readonly http: Http;
  readonly notifier: Notifier;
  readonly userAgent: UserAgent;
  /** Told of every valid configuration, the first one too. */
  readonly configured?: (config: Config) => void;
  /** Ends the process in good order. */
  readonly quit: () => void;
  readonly barriers?: Barriers | undefined;
  readonly passphraseDescriptor?: number | undefined;
  /** Default: the child beside this code, under the Node that runs it. */
  readonly keychainChild?: ChildProgram | undefined;
}

/** The broker with all it needs, the same for the agent and the desktop app; who calls brings what differs. */
export interface BrokerHost {
  readonly broker: Broker;
  /** Throws `misconfigured` where there is no place for the socket. Only one broker of a person can listen. */
  listen(): Promise<'listening' | 'already_running'>;
  /** Undefined before `listen`. */
  readonly socketPath: string | undefined;
  /** Holds notices back while nobody sees the screen. */
  readonly notices: Notifier;
  /** Somebody besides logind says so. */
  screenLocked(locked: boolean): void;
  /** Takes no more requests, lets refreshes and requests under way end, and gives everything back. */
  close(): Promise<void>;
}

export function openBrokerHost(options: BrokerHostOptions): BrokerHost {
  const { env, uid, clock, logger, config, barriers } = options;
  const folder = stateFolder(env);
  const child = options.keychainChild;
  const keychain = openKeychain({ clock, logger, env, bus: options.bus, stateFolder: folder, child, barriers });
  const passphrase = passphraseSource(env, uid, options.passphraseDescriptor);
  const encryptedFile = new EncryptedFileStore({ path: `${folder}/tokens.sealed`, logger, passphrase, barriers });
  const attempts = new AttemptNoteFiles(`${folder}/refreshing`, logger);
  const notices = new QuietNotifier(options.notifier);
  const broker = new Broker({
    kind: options.kind,
    clock,
    http: options.http,
    notifier: notices,
    userAgent: options.userAgent,
    peers: new KernelPeers({ uid }),
    stores: { keychain, memory: new MemoryStore(), 'encrypted-file': encryptedFile },
    placements: new PlacementsFile(`${folder}/stores.json`, logger),
    logger,
    random: Math.random,
    reloadConfig: config.reload,
    quit: options.quit,
    barriers,
    attempts,
    lockNote: new LockNoteFile(`${folder}/locked`, logger),
    rotations: new RotationNoteFiles(`${folder}/rotations`),
    accountsFile: accountsFileOf(config),
    programs: new SystemPrograms({ env, clock, uid }),
    environment: env,
  });
  const logind = new Logind({
    env,
    clock,
    woken: () => broker.woken(),
    screenLocked: (locked) => notices.screenLocked(locked),
  });
  const apply = (read: ReadConfig): void => {
    if (read.kind === 'ok') {
      // The way out, for one, before anything is asked.
      options.configured?.(read.config);
      broker.configure(read.config, read.files);
      return;
    }
    const lines = read.errors.map(formatConfigError);
    logger.warn('the config is invalid; the one read before stays in force', { errors: lines.join('; ') });
    broker.configFailed(lines.join('; '));
  };
  config.follow(apply);
  apply(config.first);

  /** An agent nobody can reach would stay for ever, and refresh beside the one that starts next. */
  const lost = (path: string): void => {
    logger.error('the socket or a lock was removed or replaced', { path });
    if (options.kind === 'agent') options.quit();
  };

  let api: LocalApi | undefined;
  const closing = new AbortController();
  let rehearsal = Promise.resolve();
  const giveBack = async (): Promise<void> => {
    config.close();
    logind.close();
    await keychain.close();
    await encryptedFile.close();
  };
  return {
    broker,
    notices,
    get socketPath() {
      return api?.socketPath;
    },
    async listen() {
      const socketPath = chooseSocketPath(socketCandidates(env, uid), uid);
      // One broker per state folder, too: a second one would write the same journal.
      const lockFiles = [`${folder}/broker.lock`];
      const alone = (): void => {
        broker.gate.restore();
        // A passphrase that is left for it would open the file behind the person's back.
        if (broker.gate.state.kind === 'locked') inBackground(logger, 'lock the encrypted file', encryptedFile.lock());
      };
      const started = await startLocalApi({ socketPath, broker, uid, logger, lockFiles, alone, lost });
      if (started.kind === 'already_running') return 'already_running';
      api = started;
      logger.info('started', { socket: started.socketPath });
      await attempts.load();
      const up = broker.start().then(() => {
        if (env.KEYTRAY_REHEARSAL === 'off') return;
        clock.after(settled, () => {
          if (!closing.signal.aborted) rehearsal = rehearse(uid, logger, closing.signal);
        });
      });
      inBackground(logger, 'read the accounts', up);
      inBackground(logger, 'listen to logind', logind.listen());
      return 'listening';
    },
    screenLocked: (locked) => notices.screenLocked(locked),
    async close() {
      closing.abort();
      try {
        if (api === undefined) return;
        logger.info('stopping');
        const refreshed = within(clock, longestRefresh, never, broker.stop());
        await api.close(drainTime, async () => {
          await refreshed;
          await keychain.close();
        });
      } finally {
        await rehearsal;
        await giveBack();
      }
    },
  };
}

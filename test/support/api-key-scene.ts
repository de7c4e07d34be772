import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { RotationNoteFiles } from '../../core/broker/api-keys/rotation-notes.ts';
import { Broker } from '../../core/broker/broker.ts';
import { type ConfigFeed, openConfigFeed } from '../../core/config/config-feed.ts';
import { accountsFileOf } from '../../core/host/accounts-file.ts';
import { NodeHttp } from '../../core/http/node-http.ts';
import { LocalApiClient } from '../../core/local-api/client/client.ts';
import { SystemClock } from '../../core/platform/system-clock.ts';
import { dataiku } from '../../core/services/dataiku.ts';
import { services } from '../../core/services/registry.ts';
import type { Service } from '../../core/services/service.ts';
import { EncryptedFileStore } from '../../core/stores/encrypted-file/encrypted-file-store.ts';
import { PlacementsFile } from '../../core/stores/placements.ts';
import { Browsers, Log, Notices } from './broker.ts';
import { type BrokerSocket, startBrokerSocket } from './broker-socket.ts';
import { CliSandbox } from './cli-process.ts';
import { kernelPeers } from './loopback-peers.ts';
import { RecordingStore } from './recording-store.ts';

/** The real broker on its socket with a configuration it may edit, and the real command line. */
export interface ApiKeyScene {
  readonly broker: Broker;
  readonly client: LocalApiClient;
  readonly cli: CliSandbox;
  readonly log: Log;
  readonly notices: Notices;
  readonly store: RecordingStore;
  /** Enters the key of an account. */
  enter(account: string, key: string): Promise<void>;
  /** The key the account hands out. */
  keyOf(account: string): Promise<string | undefined>;
  config(): Promise<string>;
  /** What is noted of rotations that have not ended. */
  notes(): Promise<readonly string[]>;
  /** Everything that was written outside the keychain, the log and the notices included. */
  written(): Promise<string>;
  close(): Promise<void>;
}

/** `accounts`: YAML below `accounts:`. */
export async function startApiKeyScene(accounts: string): Promise<ApiKeyScene> {
  const state = await mkdtemp(path.join(tmpdir(), 'keytray-keys-'));
  const log = new Log();
  const store = new RecordingStore('keychain');
  const notices = new Notices();
  const socketFolder = await mkdtemp(path.join(tmpdir(), 'keytray-keys-'));
  const cli = await CliSandbox.create({ socketPath: path.join(socketFolder, 'keytray.sock'), config: '' });
  await writeFile(cli.configFile, `accounts:\n${accounts}`, { mode: 0o600 });
  const feed: ConfigFeed = await openConfigFeed({ ...cli.env }, process.getuid?.() ?? 0);
  const broker = new Broker({
    kind: 'agent',
    clock: new SystemClock(),
    http: new NodeHttp(),
    userAgent: new Browsers(),
    peers: kernelPeers,
    notifier: notices,
    stores: {
      keychain: store,
      memory: new RecordingStore('memory'),
      'encrypted-file': new EncryptedFileStore({ path: path.join(state, 'tokens.sealed'), logger: log }),
    },
    placements: new PlacementsFile(path.join(state, 'stores.json'), log),
    logger: log,
    random: () => 0.5,
    reloadConfig: feed.reload,
    quit: () => undefined,
    accountsFile: accountsFileOf(feed),
    rotations: new RotationNoteFiles(path.join(state, 'rotations')),
  });
  feed.follow((read) => {
    if (read.kind === 'ok') broker.configure(read.config, read.files);
  });
  await feed.reload();
  await broker.start();
  const socket: BrokerSocket = await startBrokerSocket(broker, { socketPath: path.join(socketFolder, 'keytray.sock') });
  const events: string[] = [];
  const stop = broker.subscribe((event) => events.push(JSON.stringify(event)));
  const client = new LocalApiClient(socket.socketPath);
  const textOf = async (folder: string): Promise<string> => {
    await mkdir(folder, { recursive: true });
    const entries = await readdir(folder, { withFileTypes: true, recursive: true });
    const files = entries.filter((entry) => entry.isFile());
    const texts = await Promise.all(files.map((entry) => readFile(path.join(entry.parentPath, entry.name), 'utf8')));
    return texts.join('\n');
  };
  return {
    broker,
    client,
    cli,
    log,
    notices,
    store,
    async enter(account, key) {
      const login = await client.startLogin(account, { user_agent: 'browser' });
      await client.finishLogin(login.login_id, { fields: { api_key: key } });
    },
    async keyOf(account) {
      return (await client.token(account, {})).access_token;
    },
    config: () => readFile(cli.configFile, 'utf8'),
    notes: () => readdir(path.join(state, 'rotations')).catch(() => []),
    async written() {
      const told = [...log.lines, ...events, ...notices.shown.map((notice) => JSON.stringify(notice))];
      const status = JSON.stringify(await client.status());
      const lines = socket.logger.lines.map((line) => JSON.stringify(line));
      return [...told, ...lines, status, await textOf(state), await textOf(cli.home)].join('\n');
    },
    async close() {
      stop();
      feed.close();
      await broker.stop();
      await cli[Symbol.asyncDispose]();
      await socket[Symbol.asyncDispose]();
      await rm(state, { recursive: true, force: true });
      await rm(socketFolder, { recursive: true, force: true });
    },
  };
}

/** A service whose keys are Quilt's, at the address of a registry. */
const registry: Service = {
  ...dataiku,
  name: 'quilt-registry',
  title: 'Quilt registry',
  present: {},
  variables: {},
  settings: {},
  check: {
    kind: 'http',
    method: 'GET',
    path: '/api/auth/get_credentials',
    who: [],
  },
  apiKeys: 'quilt',
};

/** Makes the service known in this process, as `quilt-registry`. */
export function knowQuiltRegistry(): void {
  if (services instanceof Map) services.set(registry.name, registry);
}

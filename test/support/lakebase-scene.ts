import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { vi } from 'vitest';
import { Broker } from '../../core/broker/broker.ts';
import { interpretConfig } from '../../core/config/interpret-config.ts';
import { NodeHttp } from '../../core/http/node-http.ts';
import { SystemClock } from '../../core/platform/system-clock.ts';
import { EncryptedFileStore } from '../../core/stores/encrypted-file/encrypted-file-store.ts';
import { MemoryStore } from '../../core/stores/memory-store.ts';
import { PlacementsFile } from '../../core/stores/placements.ts';
import type { CredentialRequest } from '../../core/wire/credential-schemas.ts';
import { Browsers, caller, Log, Notices } from './broker.ts';
import { type BrokerSocket, startBrokerSocket } from './broker-socket.ts';
import { CliSandbox } from './cli-process.ts';
import { kernelPeers } from './loopback-peers.ts';
import type { Lakebase } from './vendors/databricks/lakebase.ts';

/** The real broker on its socket, with accounts of an emulated workspace and its database. */
export interface LakebaseScene {
  readonly broker: Broker;
  readonly log: Log;
  readonly socketPath: string;
  /** The command line of the same configuration. */
  readonly sandbox: CliSandbox;
  configure(config: string): Promise<void>;
  /** With the client secret of the service principal, or the fields given. */
  enter(account: string, fields?: Readonly<Record<string, string>>): Promise<void>;
  /** As a person with a browser. */
  signIn(account: string): Promise<void>;
  /** Time passes for the broker, the workspace and the database alike. */
  skip(milliseconds: number): void;
  postgres(account: string, target?: string): Promise<Readonly<Record<string, unknown>>>;
  close(): Promise<void>;
}

export interface AccountLines {
  readonly grant?: 'authorization_code' | 'client_credentials';
  /** Lines below `lakebase:`; default: the instance `shop`. */
  readonly targets?: readonly string[];
  readonly more?: readonly string[];
}

/** An account of the emulated workspace, as lines below `accounts:`. */
export function lakeAccount(lakebase: Lakebase, id: string, { grant, targets, more = [] }: AccountLines = {}): string {
  const { workspace, front, authority } = lakebase;
  const machine = grant === 'client_credentials';
  const client = machine ? workspace.people.servicePrincipal.clientId : 'databricks-cli';
  const lines = [
    'service: databricks',
    ...(grant === undefined ? [] : [`grant: ${grant}`]),
    `url: ${workspace.url}`,
    `client_id: ${client}`,
    `tls: { ca: ${authority.file} }`,
    'lakebase:',
    ...(targets ?? [`shop: { instance: shop, port: ${front.port} }`]).map((line) => `  ${line}`),
    ...more,
  ];
  return [`  ${id}:`, ...lines.map((line) => `    ${line}`), ''].join('\n');
}

export async function startLakebaseScene(accounts: string): Promise<LakebaseScene> {
  const folder = await mkdtemp(path.join(tmpdir(), 'keytray-lakebase-'));
  const clock = new SystemClock();
  // Workspace, broker and SDK go by the time of this process; how long something takes is measured elsewhere.
  vi.useFakeTimers({ toFake: ['Date'], shouldAdvanceTime: true });
  const log = new Log();
  const broker = new Broker({
    kind: 'agent',
    clock,
    http: new NodeHttp(),
    userAgent: new Browsers(),
    peers: kernelPeers,
    notifier: new Notices(),
    stores: {
      keychain: new MemoryStore(),
      memory: new MemoryStore(),
      'encrypted-file': new EncryptedFileStore({ path: path.join(folder, 'tokens.sealed'), logger: log }),
    },
    placements: new PlacementsFile(path.join(folder, 'stores.json'), log),
    logger: log,
    random: () => 0.5,
    reloadConfig: async () => undefined,
    quit: () => undefined,
  });
  const socket: BrokerSocket = await startBrokerSocket(broker);
  const sandbox = await CliSandbox.create({ socketPath: socket.socketPath });
  const configure = async (config: string): Promise<void> => {
    const text = `accounts:\n${config}`;
    const read = interpretConfig([{ file: 'config.yaml', text }]);
    if (read.kind === 'invalid') throw new Error(JSON.stringify(read.errors));
    broker.configure(read.config, ['config.yaml']);
    await writeFile(sandbox.configFile, text, { mode: 0o600 });
  };
  await configure(accounts);
  return {
    broker,
    log,
    socketPath: socket.socketPath,
    sandbox,
    configure,
    async enter(account, fields) {
      const login = await broker.startLogin(account, { user_agent: 'browser' });
      const secret = secretFor(login.input?.fields ?? []);
      await broker.finishLogin(login.login_id, { fields: { ...secret, ...fields } });
    },
    async signIn(account) {
      const login = await broker.startLogin(account, { user_agent: 'none' });
      const answer = await fetch(login.authorization_url ?? '', { redirect: 'manual' });
      const redirected = answer.headers.get('location');
      if (redirected === null) throw new Error(`the workspace answers ${answer.status}: ${await answer.text()}`);
      await broker.finishLogin(login.login_id, { redirect_url: redirected });
    },
    skip(milliseconds) {
      vi.setSystemTime(Date.now() + milliseconds);
    },
    async postgres(account, target) {
      const request: CredentialRequest = { kind: 'postgres', ...(target === undefined ? {} : { target }) };
      return { ...(await broker.credentials(account, request, caller)) };
    },
    async close() {
      vi.useRealTimers();
      await broker.stop();
      await sandbox[Symbol.asyncDispose]();
      await socket[Symbol.asyncDispose]();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Of the service principal every workspace has. */
const servicePrincipalSecret = 'dose0123456789abcdef0123456789abcdef';

const secretFor = (fields: readonly { readonly name: string }[]): Readonly<Record<string, string>> =>
  fields.some(({ name }) => name === 'client_secret') ? { client_secret: servicePrincipalSecret } : {};

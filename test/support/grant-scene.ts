import { randomUUID } from 'node:crypto';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Broker } from '../../core/broker/broker.ts';
import type { BrokerDependencies } from '../../core/broker/broker-dependencies.ts';
import { interpretConfig } from '../../core/config/interpret-config.ts';
import { NodeHttp } from '../../core/http/node-http.ts';
import { EncryptedFileStore } from '../../core/stores/encrypted-file/encrypted-file-store.ts';
import { PlacementsFile } from '../../core/stores/placements.ts';
import type { TokenView } from '../../core/wire/schemas.ts';
import { Browsers, caller, Log, Notices } from './broker.ts';
import { chunks } from './helper-call.ts';
import { kernelPeers } from './loopback-peers.ts';
import { ManualClock } from './manual-clock.ts';
import { RecordingStore } from './recording-store.ts';

/** The real broker with accounts that need no browser; hours pass at once. */
export class GrantScene {
  readonly clock = new ManualClock();
  readonly store = new RecordingStore('keychain');
  readonly notices = new Notices();
  readonly log = new Log();
  broker: Broker;
  #config: string;
  readonly #parts: Partial<BrokerDependencies>;

  constructor(config: string, parts: Partial<BrokerDependencies> = {}) {
    this.#config = config;
    this.#parts = parts;
    this.broker = this.#open();
  }

  /** Another configuration of the same accounts. */
  configure(config: string): void {
    this.#config = config;
    this.#apply(this.broker);
  }

  /** The same accounts and store in a new broker. */
  async restart(): Promise<void> {
    await this.broker.stop();
    this.broker = this.#open();
    await this.broker.start();
  }

  async token(account = 'm2m', request: Parameters<Broker['token']>[1] = {}): Promise<TokenView> {
    return await this.broker.token(account, request, caller);
  }

  /** Signs in with what a person would enter. */
  async enter(
    fields: Readonly<Record<string, string>>,
    account = 'm2m',
    options: { readonly unchecked?: boolean } = {},
  ) {
    const login = await this.broker.startLogin(account, { user_agent: 'browser' });
    return await this.broker.finishLogin(login.login_id, { fields: { ...fields }, ...options });
  }

  /** git tells that the host refused a token. */
  async erase(host: string, value: string): Promise<void> {
    const stdin = `protocol=https\nhost=${host}\nusername=x\npassword=${value}\n\n`;
    const call = {
      ...{ operation: 'erase', argv: ['erase'], env: {}, cwd: '/', parents: [], stdin: chunks(Buffer.from(stdin)) },
      ...{ stdout: () => undefined, stderr: () => undefined, become: () => undefined, signal: caller.signal },
    };
    await this.broker.helper('git', call, caller);
  }

  /** `state` or `state/reason`. */
  async state(account = 'm2m'): Promise<string> {
    const { state, reason } = await this.broker.account(account);
    return reason === undefined ? state : `${state}/${reason}`;
  }

  /** Everything the store holds of the account, as one text. */
  async stored(account = 'm2m'): Promise<string> {
    return JSON.stringify(await this.store.held(account, `${account}#client-secret`));
  }

  async close(): Promise<void> {
    await this.broker.stop();
  }

  #open(): Broker {
    const folder = path.join(tmpdir(), `keytray-grants-${randomUUID()}`);
    const { store, log: logger } = this;
    const broker = new Broker({
      kind: 'agent',
      clock: this.clock,
      http: new NodeHttp(),
      userAgent: new Browsers(),
      peers: kernelPeers,
      notifier: this.notices,
      stores: {
        keychain: store,
        memory: new RecordingStore('memory'),
        'encrypted-file': new EncryptedFileStore({ path: path.join(folder, 'tokens.sealed'), logger }),
      },
      placements: new PlacementsFile(path.join(folder, 'stores.json'), logger),
      logger,
      random: () => 0.5,
      reloadConfig: async () => undefined,
      quit: () => undefined,
      ...this.#parts,
    });
    this.#apply(broker);
    return broker;
  }

  #apply(broker: Broker): void {
    const read = interpretConfig([{ file: 'config.yaml', text: this.#config }]);
    if (read.kind === 'invalid') throw new Error(JSON.stringify(read.errors));
    broker.configure(read.config, ['config.yaml']);
  }
}

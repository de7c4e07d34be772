import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Broker } from '../../core/broker/broker.ts';
import type { BrokerDependencies } from '../../core/broker/broker-dependencies.ts';
import { readConfig } from '../../core/config/read-config.ts';
import { KeytrayError } from '../../core/errors.ts';
import { NodeHttp } from '../../core/http/node-http.ts';
import type { LogFields, Logger, Notice, NoticeChoice, Notifier, UserAgent } from '../../core/ports.ts';
import { EncryptedFileStore } from '../../core/stores/encrypted-file/encrypted-file-store.ts';
import { MemoryStore } from '../../core/stores/memory-store.ts';
import { PlacementsFile } from '../../core/stores/placements.ts';
import type { Caller } from '../../core/wire/broker-api.ts';
import type { LoginView } from '../../core/wire/schemas.ts';
import {
  type AuthorizationServerOptions,
  type RunningAuthorizationServer,
  startAuthorizationServer,
} from '../../demo/authorization-server.ts';
import { signInWithForms } from '../../demo/built-in-user-agent.ts';
import { kernelPeers } from './loopback-peers.ts';
import { ScriptedStore } from './scripted-store.ts';
import { ShiftedClock } from './shifted-clock.ts';
import { labConfig } from './sign-in.ts';

export class Browsers implements UserAgent {
  readonly opened: URL[] = [];

  async open(url: URL): Promise<void> {
    this.opened.push(url);
  }
}

export class Notices implements Notifier {
  /** Every one that was shown, the withdrawn too. */
  readonly shown: Notice[] = [];
  readonly open = new Map<string, (choice: NoticeChoice) => void>();

  show(notice: Notice, chosen: (choice: NoticeChoice) => void): void {
    this.shown.push(notice);
    this.open.set(notice.id, chosen);
  }

  withdraw(id: string): void {
    this.open.delete(id);
  }

  /** The person's click, or their putting it aside. */
  choose(id: string, choice: NoticeChoice): void {
    const chosen = this.open.get(id);
    if (chosen === undefined) throw new Error(`there is no notice ${id} to click`);
    this.open.delete(id);
    chosen(choice);
  }
}

export class Log implements Logger {
  readonly lines: string[] = [];
  readonly #note = (message: string, fields: LogFields = {}): void => {
    this.lines.push(`${message} ${JSON.stringify(fields)}`);
  };
  readonly debug = this.#note;
  readonly info = this.#note;
  readonly warn = this.#note;
  readonly error = this.#note;
}

export const caller: Caller = {
  consumer: { uid: 0, pid: 1, executable: undefined, startTime: undefined, parents: [] },
  signal: new AbortController().signal,
};

/** The real broker and a real authorization server in this process; only clock, store and browser are the test's. */
export interface Laboratory {
  readonly broker: Broker;
  readonly server: RunningAuthorizationServer;
  readonly clock: ShiftedClock;
  readonly store: ScriptedStore;
  readonly browsers: Browsers;
  readonly notices: Notices;
  readonly log: readonly string[];
  /** How many refresh requests the server has answered. */
  refreshes(): number;
  signIn(login?: string, options?: { readonly switch?: boolean }): Promise<LoginView>;
  /** The same accounts and store in a new broker, as after a restart. */
  restarted(): Promise<Broker>;
  close(): Promise<void>;
}

export async function startLaboratory(
  options: {
    readonly server?: AuthorizationServerOptions;
    /** More lines of the account, and further accounts after them. */
    readonly more?: string | ((issuer: string) => string);
    readonly clock?: ShiftedClock;
    /** Parts of the test's own in the place of the real ones. */
    readonly parts?: Partial<Pick<BrokerDependencies, 'http' | 'logger' | 'userAgent' | 'attempts'>>;
  } = {},
): Promise<Laboratory> {
  const server = await startAuthorizationServer(options.server);
  const folder = await mkdtemp(path.join(tmpdir(), 'keytray-lab-'));
  const file = path.join(folder, 'config.yaml');
  const config = labConfig({
    issuer: server.issuer,
    store: 'keychain',
    git: ['git.lab.example'],
    more: typeof options.more === 'function' ? options.more(server.issuer) : (options.more ?? ''),
  });
  await writeFile(file, config, { mode: 0o600 });
  const clock = options.clock ?? new ShiftedClock();
  const store = new ScriptedStore();
  const browsers = new Browsers();
  const notices = new Notices();
  const logger = new Log();

  const start = async (): Promise<Broker> => {
    const read = await readConfig({ file, dropIns: [], uid: process.getuid?.() ?? 0 });
    if (read.kind === 'invalid') throw new Error(JSON.stringify(read.errors));
    const broker = new Broker({
      kind: 'agent',
      clock,
      http: new NodeHttp(),
      userAgent: browsers,
      peers: kernelPeers,
      notifier: notices,
      stores: {
        keychain: store,
        memory: new MemoryStore(),
        'encrypted-file': new EncryptedFileStore({ path: path.join(folder, 'tokens.sealed'), logger }),
      },
      placements: new PlacementsFile(path.join(folder, 'stores.json'), logger),
      logger,
      random: () => 0.5,
      reloadConfig: async () => undefined,
      quit: () => undefined,
      ...options.parts,
    });
    broker.configure(read.config, read.files);
    return broker;
  };
  const broker = await start();

  return {
    broker,
    server,
    clock,
    store,
    browsers,
    notices,
    log: logger.lines,
    refreshes: () => server.requests.refresh_token ?? 0,
    async signIn(login = 'ada', { switch: acceptOther = false } = {}) {
      const started = await broker.startLogin('lab', { user_agent: 'none', switch: acceptOther });
      if (started.authorization_url === undefined) throw new Error(`no address to sign in at: ${started.state}`);
      await signInWithForms(started.authorization_url, { login }).catch(() => undefined);
      return await broker.waitForLogin(started.login_id, 10, caller.signal);
    },
    restarted: start,
    async close() {
      await server.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** The failure a call ends with; a call that does not fail is the test's failure. */
export async function failureOf(call: Promise<unknown>): Promise<KeytrayError> {
  try {
    await call;
  } catch (error) {
    if (error instanceof KeytrayError) return error;
    throw error;
  }
  throw new Error('the call did not fail');
}

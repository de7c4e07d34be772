import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseAccount } from '../../../core/accounts/stored-account.ts';
import type { TokenRecord } from '../../../core/accounts/token-record.ts';
import { Broker } from '../../../core/broker/broker.ts';
import { readConfig } from '../../../core/config/read-config.ts';
import { KeytrayError } from '../../../core/errors.ts';
import { loadClient } from '../../../core/oauth/client-library.ts';
import type { Notice, NoticeChoice, Notifier, UserAgent } from '../../../core/ports.ts';
import type { GrantKind } from '../../../core/services/grant.ts';
import { EncryptedFileStore } from '../../../core/stores/encrypted-file/encrypted-file-store.ts';
import { MemoryStore } from '../../../core/stores/memory-store.ts';
import { PlacementsFile } from '../../../core/stores/placements.ts';
import { caller } from '../../support/broker.ts';
import { MemoryLogger } from '../../support/broker-socket.ts';
import { kernelPeers } from '../../support/loopback-peers.ts';
import { ManualClock } from '../../support/manual-clock.ts';
import { ScriptedStore } from '../../support/scripted-store.ts';
import { endOfKey, type ModelledGrant, modelledGrants } from './modelled-grants.ts';
import { ModelledServer } from './modelled-server.ts';

/** Seconds an access token lives. */
export const lifetime = 600;

class Desktop implements Notifier {
  readonly open = new Map<string, (choice: NoticeChoice) => void>();
  readonly shown: { readonly id: string; readonly at: number }[] = [];
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  show(notice: Notice, chosen: (choice: NoticeChoice) => void): void {
    if (this.open.has(notice.id)) throw new Error(`${notice.id} is shown although it is there`);
    this.open.set(notice.id, chosen);
    this.shown.push({ id: notice.id, at: this.#now() });
  }

  withdraw(id: string): void {
    this.open.delete(id);
  }

  choose(id: string, choice: NoticeChoice): void {
    const chosen = this.open.get(id);
    this.open.delete(id);
    chosen?.(choice);
  }
}

class Browsers implements UserAgent {
  opened = 0;
  async open(): Promise<void> {
    this.opened += 1;
  }
}

const aws = { AWS_ACCESS_KEY_ID: 'ASIALAB', AWS_SECRET_ACCESS_KEY: 'aws-secret', AWS_SESSION_TOKEN: 'aws-session' };

export type Answer =
  | { readonly kind: 'served'; readonly token: string; readonly at: number }
  | { readonly kind: 'failed'; readonly code: string };

/** The real broker with one account; clock, network, keychain, desktop and browser are the test's. */
export class World {
  readonly clock = new ManualClock();
  readonly server = new ModelledServer(() => this.clock.now(), lifetime);
  readonly store = new ScriptedStore();
  readonly desktop = new Desktop(() => this.clock.uptime() * 1_000);
  readonly browsers = new Browsers();
  readonly grant: ModelledGrant;
  readonly #folder: string;
  #broker: Broker;
  #given = 0;

  private constructor(grant: ModelledGrant, folder: string, broker: (world: World) => Broker) {
    this.grant = grant;
    this.#folder = folder;
    this.#broker = broker(this);
  }

  get broker(): Broker {
    return this.#broker;
  }

  static async create(kind: GrantKind): Promise<World> {
    // Loaded when it is first needed otherwise, which takes real time.
    await loadClient();
    await import('@smithy/signature-v4');
    const grant = modelledGrants[kind];
    const folder = await mkdtemp(path.join(tmpdir(), 'keytray-model-'));
    const file = path.join(folder, 'config.yaml');
    await writeFile(file, `accounts:\n  ${grant.accounts}\n`, { mode: 0o600 });
    const read = await readConfig({ file, dropIns: [], uid: process.getuid?.() ?? 0 });
    if (read.kind === 'invalid') throw new Error(JSON.stringify(read.errors));
    const logger = new MemoryLogger();
    const world = new World(grant, folder, (self) => {
      const broker = new Broker({
        kind: 'agent',
        clock: self.clock,
        http: self.server,
        userAgent: self.browsers,
        peers: kernelPeers,
        notifier: self.desktop,
        stores: {
          keychain: self.store,
          memory: new MemoryStore(),
          'encrypted-file': new EncryptedFileStore({ path: path.join(folder, 'tokens.sealed'), logger }),
        },
        placements: new PlacementsFile(path.join(folder, 'stores.json'), logger),
        logger,
        random: () => 0.5,
        reloadConfig: async () => undefined,
        quit: () => undefined,
        programs: self.server,
        environment: aws,
      });
      broker.configure(read.config, read.files);
      return broker;
    });
    await world.#broker.start();
    return world;
  }

  async ask(request: { readonly force?: boolean; readonly min_ttl?: number } = {}): Promise<Answer> {
    const asking = this.#broker.token('lab', request, caller).then(
      (answer): Answer => ({ kind: 'served', token: answer.access_token ?? '', at: this.clock.now() }),
      (error: unknown): Answer => {
        if (error instanceof KeytrayError) return { kind: 'failed', code: error.code };
        throw error;
      },
    );
    // A second look at a suspicious answer waits for two seconds of the clock, which stands still by itself.
    const done = await Promise.race([asking, this.#rounds()]);
    if (done !== undefined) return done;
    await this.pass(2_100);
    return await asking;
  }

  /** Time in which the machine is awake, and in which all that was started comes to rest. */
  async pass(milliseconds: number): Promise<void> {
    for (let left = milliseconds; left > 0; left -= 30_000) {
      this.clock.advance(Math.min(30_000, left));
      await this.#rounds();
    }
  }

  /** False: the server would not take what the person gave. */
  async signIn(): Promise<boolean> {
    const started = await this.#broker.startLogin('lab', { user_agent: 'none' });
    if (this.grant.signIn.kind === 'fields') return await this.#enter(started.login_id, this.grant.signIn.field);
    if (started.authorization_url === undefined)
      throw new Error(`no address to sign in at: ${JSON.stringify(started)}`);
    const address = new URL(started.authorization_url);
    const back = new URL(address.searchParams.get('redirect_uri') ?? '');
    back.search = new URLSearchParams({ code: 'a-code', state: address.searchParams.get('state') ?? '' }).toString();
    const ended = await this.#broker.finishLogin(started.login_id, { redirect_url: back.href });
    if (ended.state !== 'succeeded') throw new Error(`the sign-in ${ended.state}: ${ended.error_description}`);
    return true;
  }

  async #enter(login: string, field: string): Promise<boolean> {
    this.#given += 1;
    const value = `given-${this.#given}`;
    const entering = this.#broker.finishLogin(login, { fields: { [field]: value } }).then(
      () => true,
      (error: unknown) => {
        if (error instanceof KeytrayError && error.code !== 'internal_error') return false;
        throw error;
      },
    );
    if ((await Promise.race([entering, this.#rounds()])) === undefined) await this.pass(2_100);
    const done = await entering;
    if (done && field === 'api_key') this.server.ends.set(value, endOfKey);
    return done;
  }

  /** What the keychain holds, whether it would tell or not. */
  async stored(): Promise<TokenRecord | undefined> {
    const found = await this.store.peek('lab');
    const parsed = found.kind === 'found' ? parseAccount(found.value) : undefined;
    return parsed?.kind === 'account' ? parsed.account.record : undefined;
  }

  async settle(): Promise<void> {
    await this.#rounds();
  }

  async close(): Promise<void> {
    this.#broker.stop();
    await rm(this.#folder, { recursive: true, force: true });
  }

  async #rounds(): Promise<undefined> {
    for (let round = 0; round < 12; round += 1) await new Promise((resolve) => setImmediate(resolve));
    return undefined;
  }
}

import { SharedFlight } from '../concurrency/shared-flight.ts';
import { Turns } from '../concurrency/turns.ts';
import { type Barriers, type Clock, noBarriers } from '../ports.ts';
import type { AccountSettings } from '../services/service.ts';
import type { SecretStore } from '../stores/secret-store.ts';
import { storeFailure } from '../stores/store-failure.ts';
import { type AccountState, renewed } from './account-state.ts';
import { ClientSecret } from './client-secret.ts';
import { isOfRegistration } from './origins.ts';
import { ofAnother, readRecord } from './read-record.ts';
import {
  afterCorrection,
  afterFailure,
  type Moment,
  type RefreshFailure,
  type RefreshProblem,
} from './refresh-problem.ts';
import { Remarks } from './remarks.ts';
import { serializeRecord, type TokenRecord } from './token-record.ts';

export interface AccountDependencies {
  readonly store: SecretStore;
  readonly clock: Clock;
  /** Called after every change people could see. */
  readonly changed: () => void;
  readonly barriers?: Barriers | undefined;
}

/** Builds the next record; `generation` is the one it must carry. */
export type RecordBuilder = (generation: number) => TokenRecord;

/**
 * One configured sign-in: its settings, its state, and the only way to its record in the store.
 * Writes are serialised; a record becomes visible only once the store holds it.
 */
export class Account {
  readonly id: string;
  readonly remarks: Remarks;
  readonly clientSecret: ClientSecret;
  #settings: AccountSettings;
  #state: AccountState = { kind: 'unread' };
  /** A record the store would not take yet; its refresh token is the only living one. */
  #unsaved: TokenRecord | undefined;
  #lastHandOut: number | undefined;
  readonly #loading = new SharedFlight<void>();
  #unknownServer = false;
  readonly #writes = new Turns();
  readonly #dependencies: AccountDependencies;

  constructor(settings: AccountSettings, dependencies: AccountDependencies) {
    this.id = settings.id;
    this.#settings = settings;
    this.#dependencies = dependencies;
    this.clientSecret = new ClientSecret({
      settings: () => this.#settings,
      store: dependencies.store,
      changed: () => {
        this.#corrected();
        dependencies.changed();
      },
    });
    this.remarks = new Remarks(dependencies.changed);
  }

  get settings(): AccountSettings {
    return this.#settings;
  }

  get state(): AccountState {
    return this.#state;
  }

  get store(): SecretStore {
    return this.#dependencies.store;
  }

  /** `Clock.uptime()` of the last hand-out in this process, which counts sleep. */
  get lastHandOut(): number | undefined {
    return this.#lastHandOut;
  }

  noteHandOut(): void {
    this.#lastHandOut = this.#dependencies.clock.uptime();
  }

  /** The present record, when signed in. */
  get record(): TokenRecord | undefined {
    return this.#state.kind === 'signed_in' ? this.#state.record : undefined;
  }

  /** Nothing tells which server issued the present record: its tokens are sent to none. */
  get unknownServer(): boolean {
    return this.#unknownServer;
  }

  /** New settings from a reloaded config; tokens of another registration are no longer used. */
  reconfigure(settings: AccountSettings): void {
    const { clientId, issuer } = this.#settings;
    if (clientId !== settings.clientId || issuer !== settings.issuer) this.remarks.unlearn();
    this.#settings = settings;
    if (this.#state.kind === 'signed_in') {
      const { record } = this.#state;
      if (!isOfRegistration(record, settings)) this.#become(ofAnother(record));
      this.#corrected();
    } else if (this.#state.kind === 'signed_out') {
      this.#become({ kind: 'unread' });
    }
    this.#dependencies.changed();
  }

  /** Reads the store unless that has been done. Never throws: trouble becomes the state. */
  async load(): Promise<void> {
    if (this.#state.kind !== 'unread' && this.#state.kind !== 'unreadable') return;
    await this.#loading.join(() => this.#read());
  }

  /** Forgets what was read: the next `load` asks the store again. A record that waits to be saved stays. */
  unload(): void {
    if (this.#unsaved !== undefined || this.#state.kind === 'unread') return;
    this.clientSecret.forget();
    this.#become({ kind: 'unread' });
  }

  /**
   * Makes a new record durable, then visible. Resolves to false where the record is stale: it was built on
   * `basis`, and another one (a new sign-in) has come since. Throws where the store refuses; the record is
   * then kept and saved by the next `settle`.
   */
  async commit(build: RecordBuilder, basis?: number): Promise<boolean> {
    return await this.#writes.take(async () => {
      const latest = this.#latestGeneration();
      if (basis !== undefined && basis !== latest) return false;
      this.#build(build);
      await this.#save();
      return true;
    });
  }

  /** The same for the record of a sign-in. Where the store refuses, it is as if there had been none. */
  async accept(build: RecordBuilder): Promise<void> {
    await this.#writes.take(async () => {
      const before = this.#unsaved;
      this.#build(build);
      try {
        await this.#save();
      } catch (error) {
        this.#unsaved = before;
        throw error;
      }
    });
  }

  #build(build: RecordBuilder): void {
    this.#unsaved = build(this.#latestGeneration() + 1);
    this.#barriers.reached('record_built');
  }

  /** Saves a record that the store refused before: true where there was one. Throws while it still refuses. */
  async settle(): Promise<boolean> {
    if (this.#unsaved === undefined) return false;
    await this.#writes.take(() => this.#save());
    return true;
  }

  /** Reads what could not be read and saves what could not be saved, as far as the store lets us now. Never throws. */
  async recover(): Promise<void> {
    if (this.#state.kind === 'unreadable') await this.load();
    await this.settle().catch(() => undefined);
  }

  /** Notes a failed refresh of `generation`; a stale one changes nothing. */
  noteFailure(generation: number, failure: RefreshFailure, moment: Moment): void {
    if (this.#state.kind !== 'signed_in' || this.#state.record.generation !== generation) return;
    this.reconsider((problem) => afterFailure(problem, failure, moment));
  }

  /** Something else than a failed refresh bears on what is known against the refresh token. */
  reconsider(judge: (problem: RefreshProblem) => RefreshProblem): void {
    if (this.#state.kind !== 'signed_in') return;
    const problem = judge(this.#state.problem);
    if (problem !== this.#state.problem) this.#become({ ...this.#state, problem });
  }

  #corrected(): void {
    this.reconsider((problem) => afterCorrection(problem, this.#dependencies.clock.monotonic()));
  }

  /** Deletes the record. Throws where the store refuses: the login is then still there. */
  async forget(): Promise<void> {
    await this.#writes.take(async () => {
      const removed = await this.store.remove(this.id);
      if (removed.kind !== 'removed') throw storeFailure(removed, this.id);
      this.#unsaved = undefined;
      this.#become({ kind: 'signed_out', why: 'logout' });
    });
  }

  async #read(): Promise<void> {
    const reading = readRecord(await this.store.read(this.id), this.#settings, this.store.backend);
    this.#unknownServer = reading.unknownServer;
    this.#become(reading.state);
    if (reading.completed !== undefined) await this.#saveCompleted(reading.completed);
    // With the record, while the store is open: a keychain locked before the first request must not prevent it.
    if (this.#state.kind !== 'unreadable') await this.clientSecret.load();
  }

  /** Where the store will not take it now, the next start completes it again. */
  async #saveCompleted(completed: TokenRecord): Promise<void> {
    await this.#writes.take(async () => {
      if (this.record === completed) await this.store.write(this.id, serializeRecord(completed));
    });
  }

  #latestGeneration(): number {
    return Math.max(this.#unsaved?.generation ?? 0, this.record?.generation ?? 0);
  }

  async #save(): Promise<void> {
    const record = this.#unsaved;
    if (record === undefined) return;
    this.#barriers.reached('store_write_started');
    const written = await this.store.write(this.id, serializeRecord(record));
    if (written.kind !== 'durable') throw storeFailure(written, this.id);
    this.#barriers.reached('store_confirmed');
    this.#unsaved = undefined;
    this.#unknownServer = false;
    if (this.record?.signedInAt !== record.signedInAt) this.remarks.clear();
    this.#become(isOfRegistration(record, this.#settings) ? renewed(this.#state, record) : ofAnother(record));
    this.#barriers.reached('record_visible');
  }

  get #barriers(): Barriers {
    return this.#dependencies.barriers ?? noBarriers;
  }

  #become(state: AccountState): void {
    this.#state = state;
    this.#dependencies.changed();
  }
}

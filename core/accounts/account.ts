import { SharedFlight } from '../concurrency/shared-flight.ts';
import { Turns } from '../concurrency/turns.ts';
import { type Barriers, type Clock, noBarriers } from '../ports.ts';
import type { AccountSettings } from '../services/service.ts';
import type { SecretStore } from '../stores/secret-store.ts';
import { storeFailure } from '../stores/store-failure.ts';
import { AccountItem } from './account-item.ts';
import { type AccountState, renewed } from './account-state.ts';
import { ClientSecret } from './client-secret.ts';
import { afterSignOut } from './kept-secrets.ts';
import { judgeAnew, readRecord, stateOf, withProblem } from './read-record.ts';
import {
  afterCorrection,
  afterFailure,
  type Moment,
  type RefreshFailure,
  type RefreshProblem,
} from './refresh-problem.ts';
import { Remarks } from './remarks.ts';
import type { KeptSecrets } from './stored-account.ts';
import type { TokenRecord } from './token-record.ts';

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
  /** `Clock.uptime()` of the last hand-out in this process, which counts sleep. */
  lastHandOut: number | undefined;
  /** Nothing tells which server issued the present record: its tokens are sent to none. */
  unknownServer = false;
  #settings: AccountSettings;
  #state: AccountState = { kind: 'unread' };
  /** A record the store would not take yet; its refresh token is the only living one. */
  #unsaved: TokenRecord | undefined;
  readonly #loading = new SharedFlight<void>();
  readonly #writes = new Turns();
  readonly #item: AccountItem;
  readonly #dependencies: AccountDependencies;
  readonly #barriers: Barriers;

  constructor(settings: AccountSettings, dependencies: AccountDependencies) {
    this.id = settings.id;
    this.#settings = settings;
    this.#dependencies = dependencies;
    this.#barriers = dependencies.barriers ?? noBarriers;
    this.#item = new AccountItem(settings.id, dependencies.store, () => this.#settings.grant.kind);
    this.clientSecret = new ClientSecret(this);
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

  noteHandOut(): void {
    this.lastHandOut = this.#dependencies.clock.uptime();
  }

  /** The present record, when signed in. */
  get record(): TokenRecord | undefined {
    return this.#state.kind === 'signed_in' ? this.#state.record : undefined;
  }

  /** Generation of the newest record there is, 0 where there is none. */
  get generation(): number {
    return Math.max(this.#unsaved?.generation ?? 0, this.#item.record?.generation ?? 0);
  }

  /** New settings from a reloaded config; tokens of another registration are no longer used. */
  reconfigure(settings: AccountSettings): void {
    const { clientId, issuer } = this.#settings;
    if (clientId !== settings.clientId || issuer !== settings.issuer) this.remarks.unlearn();
    this.#settings = settings;
    if (this.#state.kind === 'signed_in') {
      const judged = judgeAnew(this.#state, this.#item, settings);
      if (judged !== this.#state) this.#become(judged);
      this.#corrected();
    } else if (this.#state.kind === 'signed_out' || this.#state.kind === 'ready') {
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
    this.#item.forget();
    this.#become({ kind: 'unread' });
  }

  /**
   * Makes a new record durable, then visible. Resolves to false where the record is stale: it was built on
   * `basis`, and another one (a new sign-in) has come since. Throws where the store refuses; the record is
   * then kept and saved by the next `settle`.
   */
  async commit(build: RecordBuilder, basis?: number): Promise<boolean> {
    return await this.#writes.take(async () => {
      if (basis !== undefined && basis !== this.generation) return false;
      this.#build(build);
      await this.#save();
      return true;
    });
  }

  /** The same for a sign-in, with what the person gave. Where the store refuses, it is as if there had been none. */
  async accept(build: RecordBuilder, secrets = this.#item.secrets): Promise<void> {
    await this.#writes.take(async () => {
      const before = this.#unsaved;
      this.#build(build);
      try {
        await this.#save(secrets);
      } catch (error) {
        this.#unsaved = before;
        throw error;
      }
    });
  }

  #build(build: RecordBuilder): void {
    this.#unsaved = build(this.generation + 1);
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

  /** What a person gave, as far as the store has told. */
  get knownSecrets(): KeptSecrets | undefined {
    return this.#item.secrets;
  }

  /** The same, asked for. Throws where the store would not tell. */
  async secrets(): Promise<KeptSecrets> {
    if (this.#item.secrets === undefined) await this.load();
    if (this.#state.kind === 'unreadable') throw storeFailure(this.#state.trouble, this.id);
    return await this.#item.readSecrets();
  }

  /** Keeps other secrets beside the record. Throws where the store refuses: those before are then still in force. */
  async keep(change: (before: KeptSecrets) => KeptSecrets): Promise<void> {
    await this.secrets();
    await this.#writes.take(async () => {
      const secrets = change(await this.secrets());
      await (this.#unsaved === undefined ? this.#item.write(this.#item.record, secrets) : this.#save(secrets));
      this.#corrected();
      if (this.#state.kind === 'signed_in') this.#dependencies.changed();
      else this.#become(stateOf(this.#item.record, secrets, this.#settings));
    });
  }

  /** Notes a failed refresh of `generation`; a stale one changes nothing. */
  noteFailure(generation: number, failure: RefreshFailure, moment: Moment): void {
    if ((this.record?.generation ?? this.generation) !== generation) return;
    this.reconsider((problem) => afterFailure(problem, failure, moment));
  }

  /** Something else than a failed refresh bears on what is known against the credential. */
  reconsider(judge: (problem: RefreshProblem) => RefreshProblem): void {
    if (this.#state.kind !== 'signed_in' && this.#state.kind !== 'ready') return;
    const problem = judge(this.#state.problem);
    if (problem !== this.#state.problem) this.#become(withProblem(this.#state, problem));
  }

  #corrected(): void {
    this.reconsider((problem) => afterCorrection(problem, this.#dependencies.clock.monotonic()));
  }

  /** Deletes the record, and what a sign-in asks of a person. Throws where the store refuses: the login is then still there. */
  async forget(): Promise<void> {
    await this.#writes.take(async () => {
      const secrets = afterSignOut(this.#item.secrets, this.#settings);
      await this.#item.write(undefined, secrets);
      this.#unsaved = undefined;
      this.#become(stateOf(undefined, secrets, this.#settings, 'logout'));
    });
  }

  async #read(): Promise<void> {
    // Secrets too, while the store is open: a keychain locked before the first request must not prevent it.
    const reading = readRecord(await this.#item.read(), this.#settings, this.store.backend);
    this.unknownServer = reading.unknownServer;
    this.#become(reading.state);
    if (reading.completed !== undefined) await this.#saveCompleted(reading.completed);
  }

  /** Where the store will not take it now, the next start completes it again. */
  async #saveCompleted(completed: TokenRecord): Promise<void> {
    await this.#writes.take(async () => {
      if (this.record === completed) await this.#item.write(completed, this.#item.secrets).catch(() => undefined);
    });
  }

  async #save(secrets = this.#item.secrets): Promise<void> {
    const record = this.#unsaved;
    if (record === undefined) return;
    this.#barriers.reached('store_write_started');
    await this.#item.write(record, secrets);
    this.#barriers.reached('store_confirmed');
    this.#unsaved = undefined;
    this.unknownServer = false;
    if (this.record?.signedInAt !== record.signedInAt) this.remarks.clear();
    this.#become(renewed(this.#state, stateOf(record, secrets, this.#settings)));
    this.#barriers.reached('record_visible');
  }

  #become(state: AccountState): void {
    this.#state = state;
    this.#dependencies.changed();
  }
}

import { Turns } from '../../concurrency/turns.ts';
import { type Barriers, type Clock, type Logger, noBarriers } from '../../ports.ts';
import type { Secret } from '../../secret.ts';
import type { ReadResult, RemoveResult, SecretStore, StoreState, StoreTrouble, WriteResult } from '../secret-store.ts';
import type { KeychainChild } from './child-process.ts';
import type { Journal } from './journal.ts';
import { KeychainItems } from './keychain-items.ts';
import { KeyringWatch, nextLook } from './keyring-watch.ts';
import type { LockedProbe } from './locked-probe.ts';
import { newJournalKey, parseSentinel, sentinelItem, serializeSentinel } from './sentinel.ts';
import { type Change, WaitingChanges } from './waiting-changes.ts';

export interface KeychainStoreOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly child: KeychainChild;
  readonly probe: LockedProbe;
  readonly journal: Journal;
  readonly barriers?: Barriers | undefined;
}

const closed: StoreTrouble = { kind: 'absent', detail: 'the keychain was closed' };

/**
 * The operating system's keychain, one item per name under the service `keytray`. Calls are served one after another.
 * A value longer than 2560 bytes does not fit the Windows keychain, which is not supported yet.
 */
export class KeychainStore implements SecretStore {
  readonly backend = 'keychain';
  readonly #items: KeychainItems;
  readonly #waiting: WaitingChanges;
  readonly #watch: KeyringWatch;
  readonly #barriers: Barriers;
  #journalKey: Secret | undefined;
  /** What the last call found unreadable; the keyring itself says nothing of that. */
  #corrupt = false;
  #announced: StoreState = 'unknown';
  #listeners: readonly (() => void)[] = [];
  readonly #queue = new Turns();
  #closed = false;

  constructor({ clock, logger, child, probe, journal, barriers = noBarriers }: KeychainStoreOptions) {
    this.#items = new KeychainItems({ clock, child, probe });
    this.#waiting = new WaitingChanges(journal, logger);
    this.#watch = new KeyringWatch({ clock, look: () => this.#lookAround() });
    this.#barriers = barriers;
    probe.watch(() => {
      this.#items.doubt();
      this.#watch.heard();
    });
  }

  state(): StoreState {
    const { state } = this.#items;
    return this.#corrupt && state === 'unlocked' ? 'corrupt' : state;
  }

  onChange(listener: () => void): void {
    this.#listeners = [...this.#listeners, listener];
  }

  async check(): Promise<StoreState> {
    if (!this.#closed && !this.#items.fresh) await this.#lookAround();
    return this.state();
  }

  read(item: string): Promise<ReadResult> {
    return this.#inTurn(() => this.#read(item));
  }

  /** The value must be text without NUL, and not empty: the keychain would cut it short or refuse it. */
  async write(item: string, value: Secret): Promise<WriteResult> {
    if (value.reveal() === '' || value.reveal().includes('\0'))
      throw new TypeError('a keychain cannot hold this value');
    return this.#inTurn(async (): Promise<WriteResult> => {
      const result = await this.#perform({ item, value });
      return typeof result === 'string' ? { kind: 'durable', where: result } : result;
    });
  }

  remove(item: string): Promise<RemoveResult> {
    return this.#inTurn(async (): Promise<RemoveResult> => {
      const result = await this.#perform({ item, value: undefined });
      return typeof result === 'string' ? { kind: 'removed' } : result;
    });
  }

  removalTrouble(): Promise<StoreTrouble | undefined> {
    return this.#inTurn(async () => {
      const trouble = await this.#ready();
      return this.#waiting.usable && trouble?.kind !== 'corrupt' ? undefined : trouble;
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#watch.close();
    await this.#items.close();
    await this.#queue.over();
  }

  #inTurn<Result>(work: () => Promise<Result>): Promise<Result | StoreTrouble> {
    return this.#queue.take(async (): Promise<Result | StoreTrouble> => {
      if (this.#closed) return closed;
      const outcome = await work();
      this.#corrupt = isCorrupt(outcome);
      this.#announce();
      return outcome;
    });
  }

  #announce(): void {
    this.#watch.within(nextLook(this.#items.state, this.#waiting.any));
    const state = this.state();
    if (this.#announced === state) return;
    this.#announced = state;
    for (const listener of this.#listeners) listener();
  }

  /** Outside the queue, where a call may be waiting for its deadline. */
  async #lookAround(): Promise<void> {
    const { trouble } = await this.#items.ask();
    if (this.#closed) return;
    if (trouble) this.#announce();
    else if (!this.#settled) await this.#inTurn(() => this.#recover());
  }

  async #recover(): Promise<StoreTrouble | undefined> {
    const trouble = await this.#ready();
    if (trouble || this.#announced !== 'stuck') return trouble;
    // A keyring whose calls hang may still say that it is unlocked.
    const sentinel = await this.#items.get(sentinelItem);
    return sentinel.kind === 'found' || sentinel.kind === 'nothing' ? undefined : sentinel;
  }

  get #settled(): boolean {
    return this.#announced === this.state() && !this.#waiting.any;
  }

  async #read(item: string): Promise<ReadResult> {
    const result = (await this.#ready()) ?? (await this.#look(item));
    if (result.kind === 'found' || result.kind === 'empty') return result;
    return this.#waiting.find(item) ?? result;
  }

  async #perform(change: Change): Promise<'store' | 'journal' | StoreTrouble> {
    const trouble = (await this.#ready()) ?? this.#waiting.shadow(change.item) ?? (await this.#apply(change));
    if (!trouble) return 'store';
    if (this.#closed) return trouble;
    return (await this.#waiting.keep(change, trouble)) ?? 'journal';
  }

  /** Undefined: unlocked, its sentinel known, and all that waited in the journal is in the keychain. */
  async #ready(): Promise<StoreTrouble | undefined> {
    return (
      (await this.#items.unusable()) ??
      (this.#journalKey ? undefined : await this.#findSentinel()) ??
      (await this.#waiting.replay((change) => this.#apply(change)))
    );
  }

  /** A null counts as empty only if the sentinel can be read after it. */
  async #look(item: string, lastTry = false): Promise<ReadResult> {
    const read = await this.#items.get(item);
    if (read.kind !== 'nothing') return read;
    // Whoever has just dismissed a prompt must not be shown another one.
    const { trouble } = await this.#items.ask();
    if (trouble) return trouble;
    const sentinel = await this.#items.get(sentinelItem);
    if (sentinel.kind === 'found') return { kind: 'empty' };
    if (sentinel.kind !== 'nothing') return sentinel;
    if (lastTry) return { kind: 'locked' };
    return (await this.#createSentinel()) ?? (await this.#look(item, true));
  }

  async #findSentinel(): Promise<StoreTrouble | undefined> {
    const sentinel = await this.#items.get(sentinelItem);
    if (sentinel.kind === 'found') return this.#adopt(sentinel.value);
    return sentinel.kind === 'nothing' ? this.#createSentinel() : sentinel;
  }

  /** The sentinel was not found: the first use of this keychain, a person deleted it, or the keyring is locked. */
  async #createSentinel(): Promise<StoreTrouble | undefined> {
    const { trouble, certain } = await this.#items.ask();
    if (trouble) return trouble;
    // A journal proves that there was a sentinel once: without an answer from the system, do not replace its key.
    if (!certain && (await this.#waiting.left())) return { kind: 'locked' };
    // The keyring may have been unlocked between the look and the question.
    const again = await this.#items.get(sentinelItem);
    if (again.kind === 'found') return this.#adopt(again.value);
    if (again.kind !== 'nothing') return again;
    const sentinel = serializeSentinel(this.#journalKey ?? newJournalKey());
    return (await this.#put(sentinelItem, sentinel)) ?? (await this.#adopt(sentinel));
  }

  async #adopt(sentinel: Secret): Promise<StoreTrouble | undefined> {
    const key = parseSentinel(sentinel);
    if (!key) return { kind: 'corrupt', detail: `the keychain item ${sentinelItem} is not Keytray's; delete it` };
    if (this.#journalKey?.equals(key)) return undefined;
    const trouble = await this.#waiting.open(key);
    if (!trouble) this.#journalKey = key;
    return trouble;
  }

  /** Undefined: the keychain is as the change wants it, which was seen and not only said. */
  async #apply({ item, value }: Change): Promise<StoreTrouble | undefined> {
    if (value === undefined) return this.#delete(item);
    const current = await this.#items.get(item);
    if (current.kind === 'found' && current.value.equals(value)) return undefined;
    return current.kind === 'found' || current.kind === 'nothing' ? this.#put(item, value) : current;
  }

  async #delete(item: string): Promise<StoreTrouble | undefined> {
    const deleted = await this.#items.delete(item);
    if (deleted.kind !== 'done') return deleted;
    const left = await this.#look(item);
    if (left.kind === 'empty') return undefined;
    return left.kind === 'found' ? { kind: 'corrupt', detail: 'the keychain kept the item' } : left;
  }

  async #put(item: string, value: Secret): Promise<StoreTrouble | undefined> {
    const written = await this.#items.set(item, value);
    if (written.kind !== 'done') return written;
    this.#barriers.reached('store_written');
    const back = await this.#items.get(item);
    switch (back.kind) {
      case 'found':
        return back.value.equals(value)
          ? undefined
          : { kind: 'corrupt', detail: 'the keychain returned another value' };
      case 'nothing':
        return (await this.#items.ask()).trouble ?? { kind: 'corrupt', detail: 'the keychain kept nothing' };
      default:
        return back;
    }
  }
}

const isCorrupt = (outcome: unknown): boolean =>
  typeof outcome === 'object' && outcome !== null && 'kind' in outcome && outcome.kind === 'corrupt';

import type { Clock, Logger, Timer } from '../ports.ts';
import type { Secret } from '../secret.ts';
import type { KeychainChild } from './child-process.ts';
import type { Journal } from './journal.ts';
import { KeychainItems, type Purpose } from './keychain-items.ts';
import type { LockedProbe } from './locked-probe.ts';
import type { ReadResult, RemoveResult, SecretStore, StoreState, StoreTrouble, WriteResult } from './secret-store.ts';
import { newJournalKey, parseSentinel, sentinelItem, serializeSentinel } from './sentinel.ts';

export interface KeychainStoreOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly child: KeychainChild;
  readonly probe: LockedProbe;
  readonly journal: Journal;
}

/** How often the keyring is asked whether it was unlocked, while values wait in the journal. */
const replayInterval = 5_000;
const closed: StoreTrouble = { kind: 'absent', detail: 'the keychain was closed' };

/**
 * The operating system's keychain, one item per name under the service `keytray`. Calls are served one after another.
 * A value longer than 2560 bytes does not fit the Windows keychain, which is not supported yet.
 */
export class KeychainStore implements SecretStore {
  readonly backend = 'keychain';
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #items: KeychainItems;
  readonly #journal: Journal;
  #journalKey: Secret | undefined;
  #queue: Promise<unknown> = Promise.resolve();
  #replayTimer: Timer | undefined;
  #closed = false;

  constructor({ clock, logger, child, probe, journal }: KeychainStoreOptions) {
    this.#clock = clock;
    this.#logger = logger;
    this.#items = new KeychainItems({ clock, child, probe });
    this.#journal = journal;
  }

  state(): StoreState {
    return this.#items.state;
  }

  read(item: string): Promise<ReadResult> {
    return this.#inTurn(() => this.#read(item));
  }

  /** The value must be text without NUL, and not empty: the keychain would cut it short or refuse it. */
  async write(item: string, value: Secret): Promise<WriteResult> {
    if (value.reveal() === '' || value.reveal().includes('\0'))
      throw new TypeError('a keychain cannot hold this value');
    return this.#inTurn(() => this.#write(item, value));
  }

  remove(item: string): Promise<RemoveResult> {
    return this.#inTurn(() => this.#remove(item));
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#replayTimer?.cancel();
    await this.#items.close();
    await this.#queue;
  }

  #inTurn<Result>(work: () => Promise<Result>): Promise<Result | StoreTrouble> {
    const result = this.#queue.then(async (): Promise<Result | StoreTrouble> => (this.#closed ? closed : work()));
    this.#queue = result.catch(() => undefined);
    return result;
  }

  async #read(item: string): Promise<ReadResult> {
    const result = (await this.#ready('read')) ?? (await this.#look(item));
    if (result.kind === 'found' || result.kind === 'empty') return result;
    const waiting = this.#journal.get(item);
    return waiting ? { kind: 'found', value: waiting } : result;
  }

  async #write(item: string, value: Secret): Promise<WriteResult> {
    const trouble = (await this.#ready('write')) ?? (await this.#change(item, value));
    return trouble ? this.#postpone(item, value, trouble) : { kind: 'durable', where: 'store' };
  }

  async #remove(item: string): Promise<RemoveResult> {
    const trouble = await this.#ready('read');
    if (trouble) return trouble;
    const deleted = await this.#items.delete(item);
    if (deleted.kind !== 'done') return deleted;
    const left = await this.#look(item);
    switch (left.kind) {
      case 'empty':
        return { kind: 'removed' };
      case 'found':
        return { kind: 'denied', detail: 'the keychain kept the item' };
      default:
        return left;
    }
  }

  /** Undefined: unlocked, its sentinel known, and nothing waits in the journal. */
  async #ready(purpose: Purpose): Promise<StoreTrouble | undefined> {
    return (
      (await this.#items.unusable(purpose)) ??
      (this.#journalKey ? undefined : await this.#findSentinel(purpose)) ??
      (await this.#replay())
    );
  }

  /** A null counts as empty only if the sentinel can be read after it. */
  async #look(item: string, lastTry = false): Promise<ReadResult> {
    const read = await this.#items.get(item);
    if (read.kind !== 'nothing') return read;
    const sentinel = await this.#items.get(sentinelItem);
    if (sentinel.kind === 'found') return { kind: 'empty' };
    if (sentinel.kind !== 'nothing') return sentinel;
    if (lastTry) return { kind: 'locked' };
    return (await this.#createSentinel('read')) ?? (await this.#look(item, true));
  }

  async #findSentinel(purpose: Purpose): Promise<StoreTrouble | undefined> {
    const sentinel = await this.#items.get(sentinelItem);
    if (sentinel.kind === 'found') return this.#adopt(sentinel.value);
    return sentinel.kind === 'nothing' ? this.#createSentinel(purpose) : sentinel;
  }

  /** The sentinel was not found: the first use of this keychain, a person deleted it, or the keyring is locked. */
  async #createSentinel(purpose: Purpose): Promise<StoreTrouble | undefined> {
    const { trouble, certain } = await this.#items.ask(purpose);
    if (trouble) return trouble;
    // A journal proves that there was a sentinel once: without an answer from the system, do not replace its key.
    if (!certain && (await this.#journal.present())) return { kind: 'locked' };
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
    const trouble = await this.#guardDisk(async () => {
      if ((await this.#journal.unlock(key)) === 'set_aside') {
        this.#logger.warn('the keychain journal cannot be read with this keychain and was set aside');
      }
    });
    if (!trouble) this.#journalKey = key;
    return trouble;
  }

  async #change(item: string, value: Secret): Promise<StoreTrouble | undefined> {
    const current = await this.#items.get(item);
    if (current.kind === 'found' && current.value.equals(value)) return undefined;
    return current.kind === 'found' || current.kind === 'nothing' ? this.#put(item, value) : current;
  }

  /** Undefined: written, read back and equal. */
  async #put(item: string, value: Secret): Promise<StoreTrouble | undefined> {
    const written = await this.#items.set(item, value);
    if (written.kind !== 'done') return written;
    const back = await this.#items.get(item);
    switch (back.kind) {
      case 'found':
        return back.value.equals(value)
          ? undefined
          : { kind: 'corrupt', detail: 'the keychain returned another value' };
      case 'nothing':
        return (await this.#items.ask('read')).trouble ?? { kind: 'corrupt', detail: 'the keychain kept nothing' };
      default:
        return back;
    }
  }

  /** Keeps a value the keychain cannot take now. Never shadows a newer one: `#ready` empties the journal before a write. */
  async #postpone(item: string, value: Secret, trouble: StoreTrouble): Promise<WriteResult> {
    if (!this.#journal.usable || trouble.kind === 'corrupt' || this.#closed) return trouble;
    if (await this.#guardDisk(() => this.#journal.put(item, value))) return trouble;
    this.#logger.info('the keychain cannot be written; a record waits in the journal', { item, reason: trouble.kind });
    this.#scheduleReplay();
    return { kind: 'durable', where: 'journal' };
  }

  async #replay(): Promise<StoreTrouble | undefined> {
    for (const item of this.#journal.items) {
      const value = this.#journal.get(item);
      if (!value) continue;
      const trouble = (await this.#change(item, value)) ?? (await this.#guardDisk(() => this.#journal.drop(item)));
      if (trouble) return trouble;
      this.#logger.info('a record moved from the journal to the keychain', { item });
    }
    return undefined;
  }

  #scheduleReplay(): void {
    if (this.#replayTimer || this.#closed) return;
    this.#replayTimer = this.#clock.after(replayInterval, () => {
      this.#replayTimer = undefined;
      void this.#inTurn(() => this.#ready('read')).then(() => {
        if (this.#journal.items.length > 0) this.#scheduleReplay();
      });
    });
  }

  async #guardDisk(work: () => Promise<void>): Promise<StoreTrouble | undefined> {
    try {
      await work();
      return undefined;
    } catch (error) {
      const detail = error instanceof Error ? error.message : String(error);
      this.#logger.error('the keychain journal failed', { detail });
      return { kind: 'corrupt', detail: `journal: ${detail}` };
    }
  }
}

import type { Logger } from '../../ports.ts';
import type { Secret } from '../../secret.ts';
import type { ReadResult, StoreTrouble } from '../secret-store.ts';
import type { Journal } from './journal.ts';

/** A change of one item; `value` undefined: it is to go. */
export interface Change {
  readonly item: string;
  readonly value: Secret | undefined;
}

/** What the keychain could not take yet, in the journal. Failures of the disk become `corrupt`. */
export class WaitingChanges {
  readonly #journal: Journal;
  readonly #logger: Logger;
  /** Why the file is still there although the keychain has all that is in it. */
  #unremoved: (StoreTrouble & { readonly kind: 'corrupt' }) | undefined;

  constructor(journal: Journal, logger: Logger) {
    this.#journal = journal;
    this.#logger = logger;
  }

  /** Whether changes can be kept: the journal's key is known. */
  get usable(): boolean {
    return this.#journal.usable;
  }

  get any(): boolean {
    return this.#journal.items.length > 0;
  }

  /** Whether an earlier process left something, which only its own key opens. */
  async left(): Promise<boolean> {
    return await this.#journal.present();
  }

  /** The item as it will be; undefined where nothing of it waits. */
  find(item: string): ReadResult | undefined {
    if (this.#journal.removes(item)) return { kind: 'empty' };
    const value = this.#journal.get(item);
    return value && { kind: 'found', value };
  }

  /** Why the item must not be changed in the keychain: what is left of it on the disk would undo that after a restart. */
  shadow(item: string): StoreTrouble | undefined {
    return this.#journal.has(item) ? this.#unremoved : undefined;
  }

  /** Undefined: the change is on the disk. Never shadows a newer one, because `replay` comes before every other change. */
  async keep({ item, value }: Change, reason: StoreTrouble): Promise<StoreTrouble | undefined> {
    if (!this.usable || reason.kind === 'corrupt') return reason;
    const put = (): Promise<void> =>
      value === undefined ? this.#journal.putRemoval(item) : this.#journal.put(item, value);
    const disk = await this.#guardDisk(put);
    if (disk)
      return reason.kind === 'locked'
        ? { ...reason, detail: `The change cannot wait on the disk either (${disk.detail}).` }
        : reason;
    this.#logger.info('the keychain cannot be changed; a change waits in the journal', {
      item,
      change: value === undefined ? 'removal' : 'record',
      reason: reason.kind,
    });
    return undefined;
  }

  /** Takes the journal's key and reads what an earlier process left. */
  async open(key: Secret): Promise<StoreTrouble | undefined> {
    return await this.#guardDisk(async () => {
      if ((await this.#journal.unlock(key)) === 'set_aside') {
        this.#logger.warn('the keychain journal cannot be read with this keychain and was set aside');
      }
    });
  }

  /**
   * Makes every waiting change by `apply`, then takes the file away; stops at the first change that fails. Undefined
   * also where the disk keeps the file: the keychain has everything, and to make the same changes again is harmless.
   */
  async replay(apply: (change: Change) => Promise<StoreTrouble | undefined>): Promise<StoreTrouble | undefined> {
    const { items } = this.#journal;
    if (items.length === 0) return undefined;
    for (const item of items) {
      const trouble = await apply({ item, value: this.#journal.get(item) });
      if (trouble) return trouble;
    }
    this.#unremoved = await this.#guardDisk(() => this.#journal.clear());
    if (this.#unremoved === undefined)
      this.#logger.info('changes moved from the journal to the keychain', { items: items.join(' ') });
    return undefined;
  }

  async #guardDisk(work: () => Promise<void>): Promise<(StoreTrouble & { readonly kind: 'corrupt' }) | undefined> {
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

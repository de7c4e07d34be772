import { Turns } from '../../concurrency/turns.ts';
import type { Secret } from '../../secret.ts';
import type { ReadResult, RemoveResult, SecretStore, StoreState, StoreTrouble, WriteResult } from '../secret-store.ts';
import { shortestPassphrase } from './passphrase-keys.ts';
import { SealedVault, type UnlockResult, type VaultOptions } from './sealed-vault.ts';

/** A passphrase somebody left for us. Undefined where there is none; `detail` says what is wrong with it. */
export type PassphraseSource = () => Promise<Secret | { readonly detail: string } | undefined>;

export interface EncryptedFileOptions extends VaultOptions {
  /** Asked whenever the store is needed while it is locked; no longer after `lock()`. */
  readonly passphrase?: PassphraseSource | undefined;
}

type LockedTrouble = StoreTrouble & { readonly kind: 'locked' };

const locked: LockedTrouble = { kind: 'locked', store: 'encrypted-file' };
const closed: StoreTrouble = { kind: 'absent', detail: 'the encrypted file was closed', store: 'encrypted-file' };
const wrong: LockedTrouble = {
  ...locked,
  detail: 'the passphrase left for it is not the right one',
};
const tooShort: LockedTrouble = {
  ...locked,
  detail: `the passphrase left for it has less than ${shortestPassphrase} characters`,
};
const vacant: LockedTrouble = {
  ...locked,
  detail: 'its passphrase is still to be chosen',
  vacant: true,
};

/**
 * `store: encrypted-file`: all items in one file (0600), sealed with keys made from a passphrase. Calls are served one
 * after another. The file on the disk is at every moment a whole one, and the one before it is kept: where the newest
 * is damaged the store goes on with the one before, logs it, and `note` says so. Without its passphrase it is `locked`.
 */
export class EncryptedFileStore implements SecretStore {
  readonly backend = 'encrypted-file';
  readonly #options: EncryptedFileOptions;
  readonly #vault: SealedVault;
  #state: StoreState;
  #lockedByHand = false;
  /** Tried in vain: not worth the work again. */
  #refused: { readonly passphrase: Secret; readonly trouble: StoreTrouble } | undefined;
  readonly #queue = new Turns();
  #closed = false;
  readonly #listeners: (() => void)[] = [];

  constructor(options: EncryptedFileOptions) {
    this.#options = options;
    this.#vault = new SealedVault(options);
    this.#state = options.passphrase === undefined ? 'locked' : 'unknown';
  }

  state(): StoreState {
    return this.#state;
  }

  /** What people should know although the store works. */
  get note(): string | undefined {
    return this.#vault.note;
  }

  /** Whether there is a file to unlock. */
  async present(): Promise<boolean> {
    return await this.#vault.present();
  }

  /** With `create` a first passphrase makes the file; without, a file that is not there is `no_file`. */
  unlock(passphrase: Secret, options: { readonly create: boolean }): Promise<UnlockResult> {
    return this.#inTurn(() => this.#byHand(this.#vault.unlock(passphrase, options.create)));
  }

  /** The store is unlocked afterwards, and nothing on the disk opens with the old passphrase. */
  changePassphrase(old: Secret, next: Secret): Promise<UnlockResult> {
    return this.#inTurn(() => this.#byHand(this.#vault.changePassphrase(old, next)));
  }

  /** Forgets keys and items, and waits for `unlock`. */
  async lock(): Promise<void> {
    await this.#inTurn(async () => {
      this.#lockedByHand = true;
      this.#vault.lock();
      this.#become('locked');
    });
  }

  read(item: string): Promise<ReadResult> {
    return this.#inTurn(async () => {
      const ready = await this.#ready();
      if (ready.kind !== 'items') return ready;
      const value = ready.items.get(item);
      return value === undefined ? { kind: 'empty' } : { kind: 'found', value };
    });
  }

  async write(item: string, value: Secret): Promise<WriteResult> {
    if (value.reveal() === '') throw new TypeError('a store cannot hold an empty value');
    return await this.#inTurn(async () => {
      const ready = await this.#ready();
      if (ready.kind !== 'items') return ready;
      const same = ready.items.get(item)?.equals(value) === true;
      const trouble = same ? undefined : await this.#vault.replaceItems(new Map(ready.items).set(item, value));
      return trouble ?? { kind: 'durable', where: 'store' };
    });
  }

  remove(item: string): Promise<RemoveResult> {
    return this.#inTurn(async () => {
      const ready = await this.#ready();
      if (ready.kind === 'locked' && ready.vacant) return { kind: 'removed' };
      if (ready.kind !== 'items') return ready;
      const items = new Map(ready.items);
      const trouble = items.delete(item) ? await this.#vault.replaceItems(items) : undefined;
      return trouble ?? { kind: 'removed' };
    });
  }

  async removalTrouble(): Promise<StoreTrouble | undefined> {
    return await this.#inTurn(async () => {
      const ready = await this.#ready();
      return ready.kind === 'items' || (ready.kind === 'locked' && ready.vacant) ? undefined : ready;
    });
  }

  onChange(listener: () => void): void {
    this.#listeners.push(listener);
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#queue.over();
    this.#vault.lock();
    this.#state = 'unknown';
  }

  #inTurn<Result>(work: () => Promise<Result>): Promise<Result | StoreTrouble> {
    return this.#queue.take(async (): Promise<Result | StoreTrouble> => {
      if (this.#closed) return closed;
      try {
        return await work();
      } catch (error) {
        return this.#diskTrouble(error);
      }
    });
  }

  #diskTrouble(error: unknown): StoreTrouble {
    if (!(error instanceof Error && 'code' in error)) throw error;
    const { logger, path } = this.#options;
    logger.error('the disk failed the encrypted file', { path, why: String(error.code) });
    return { kind: 'denied', detail: `${path}: ${error.code}`, store: 'encrypted-file' };
  }

  async #byHand(unlocking: Promise<UnlockResult>): Promise<UnlockResult> {
    const result = await unlocking;
    if (result.kind === 'unlocked' || result.kind === 'created') {
      this.#lockedByHand = false;
      this.#refused = undefined;
    }
    return this.#noted(result);
  }

  #noted<Result extends UnlockResult | StoreTrouble>(result: Result): Result {
    if (this.#vault.isUnlocked) this.#become('unlocked');
    else this.#become(result.kind === 'corrupt' || result.kind === 'denied' ? result.kind : 'locked');
    return result;
  }

  #become(state: StoreState): void {
    if (state === this.#state) return;
    this.#state = state;
    for (const listener of this.#listeners) listener();
  }

  async #ready(): ReturnType<SealedVault['items']> {
    if (!this.#vault.isUnlocked) {
      const trouble = await this.#useWhatWasLeft();
      if (trouble !== undefined) return this.#noted(trouble);
    }
    const ready = await this.#vault.items();
    if (ready.kind === 'items') this.#become('unlocked');
    else this.#noted(ready);
    return ready;
  }

  async #useWhatWasLeft(): Promise<StoreTrouble | undefined> {
    const given = this.#lockedByHand ? undefined : await this.#options.passphrase?.();
    if (given === undefined) return this.#stillRefused(await this.#withoutPassphrase());
    if ('detail' in given) return { ...locked, detail: given.detail };
    if (this.#refused?.passphrase.equals(given)) return this.#refused.trouble;
    const trouble = troubleOf(await this.#vault.unlock(given, true));
    this.#refused = trouble?.kind === 'locked' ? { passphrase: given, trouble } : undefined;
    if (trouble !== undefined) this.#options.logger.warn('the encrypted file stays locked', { why: trouble.kind });
    return trouble;
  }

  /** A passphrase may be left once only; whoever asks later is told as well that it was the wrong one. */
  #stillRefused(trouble: StoreTrouble): StoreTrouble {
    const plain = trouble.kind === 'locked' && trouble.vacant !== true && !this.#lockedByHand;
    return plain ? (this.#refused?.trouble ?? trouble) : trouble;
  }

  /** Nobody is sent to unlock what no passphrase opens. */
  async #withoutPassphrase(): Promise<StoreTrouble> {
    const found = await this.#vault.look();
    switch (found.kind) {
      case 'closed':
        return locked;
      case 'no_file':
        return vacant;
      default:
        return { ...found, store: 'encrypted-file' };
    }
  }
}

function troubleOf(result: UnlockResult): StoreTrouble | undefined {
  switch (result.kind) {
    case 'unlocked':
    case 'created':
      return undefined;
    case 'wrong_passphrase':
      return wrong;
    case 'too_short':
      return tooShort;
    case 'no_file':
      return vacant;
    default:
      return result;
  }
}

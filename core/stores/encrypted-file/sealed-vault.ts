import type { Logger } from '../../ports.ts';
import type { Secret } from '../../secret.ts';
import type { StoreTrouble } from '../secret-store.ts';
import { keysFrom, shortestPassphrase } from './passphrase-keys.ts';
import { type FileBarriers, type Predecessor, SealedFile } from './sealed-file.ts';
import { type Cost, defaultCost, type Header, newHeader, type SealKeys, seal } from './sealed-format.ts';
import { type Items, serializeItems } from './sealed-items.ts';
import { fromPassphrase, type Opening, openSealed } from './sealed-opening.ts';

export interface VaultOptions {
  /** `tokens.sealed`. Beside it lie `.previous`, `.unreadable` (a damaged one, set aside) and for moments `.new`. */
  readonly path: string;
  readonly logger: Logger;
  /** Of files made from now on; a file says itself what it was made with. */
  readonly cost?: Cost;
  readonly barriers?: FileBarriers | undefined;
}

export type UnlockResult =
  | { readonly kind: 'unlocked' | 'created' | 'wrong_passphrase' | 'no_file' | 'too_short' }
  | StoreTrouble;

interface Unlocked {
  readonly items: Items;
  readonly header: Header;
  readonly keys: SealKeys;
}

const locked: StoreTrouble & { readonly kind: 'locked' } = { kind: 'locked', store: 'encrypted-file' };

/**
 * The encrypted file and, once unlocked, its items and keys in memory. Takes one call at a time; rejects with the
 * system's error where the disk fails.
 */
export class SealedVault {
  readonly #options: VaultOptions;
  readonly #file: SealedFile;
  #unlocked: Unlocked | undefined;
  /** The newest file must not become the one to fall back on. */
  #damage: string | undefined;
  #note: string | undefined;

  constructor(options: VaultOptions) {
    this.#options = options;
    this.#file = new SealedFile(options.path, options.barriers);
  }

  get isUnlocked(): boolean {
    return this.#unlocked !== undefined;
  }

  /** What people should know although all works. */
  get note(): string | undefined {
    return this.#note;
  }

  async present(): Promise<boolean> {
    return await this.#file.present();
  }

  /** What any passphrase would meet: no file, damage, or (as far as can be seen without one) a file to unlock. */
  async look(): Promise<
    Exclude<Opening, { readonly kind: 'opened' | 'wrong_passphrase' }> | { readonly kind: 'closed' }
  > {
    const opening = await openSealed(this.#file, async () => undefined);
    return opening.kind === 'opened' || opening.kind === 'wrong_passphrase' ? { kind: 'closed' } : opening;
  }

  /** With `create` a passphrase for a file that is not there makes it. */
  async unlock(passphrase: Secret, create: boolean): Promise<UnlockResult> {
    await this.#lookAgain();
    const opening = await openSealed(this.#file, fromPassphrase(passphrase));
    switch (opening.kind) {
      case 'opened':
        // What is in memory is never older than what is on the disk.
        if (this.#unlocked === undefined) this.#adopt(opening, opening.damage);
        return { kind: 'unlocked' };
      case 'no_file':
        return create ? await this.#create(passphrase) : opening;
      case 'wrong_passphrase':
        return opening;
      default:
        return { ...opening, store: 'encrypted-file' };
    }
  }

  /** Afterwards it is unlocked, and nothing on the disk opens with the old passphrase. */
  async changePassphrase(old: Secret, next: Secret): Promise<UnlockResult> {
    if (next.reveal().length < shortestPassphrase) return { kind: 'too_short' };
    const result = await this.unlock(old, false);
    if (result.kind !== 'unlocked' || this.#unlocked === undefined) return result;
    const header = newHeader(this.#options.cost ?? defaultCost);
    const keys = await keysFrom(next, header);
    return (await this.#write({ items: this.#unlocked.items, header, keys }, 'forgotten')) ?? result;
  }

  lock(): void {
    this.#unlocked = undefined;
    this.#damage = undefined;
  }

  /** What is in it now, also where another program has written the file meanwhile. */
  async items(): Promise<{ readonly kind: 'items'; readonly items: Items } | StoreTrouble> {
    const trouble = await this.#lookAgain();
    if (trouble !== undefined) return trouble;
    return this.#unlocked === undefined ? locked : { kind: 'items', items: this.#unlocked.items };
  }

  /** Undefined: on the disk, read back and equal. What is no longer among the items is not in the file before either. */
  async replaceItems(items: Items): Promise<StoreTrouble | undefined> {
    if (this.#unlocked === undefined) return locked;
    const removes = [...this.#unlocked.items.keys()].some((name) => !items.has(name));
    const outlived = removes && this.#damage === undefined;
    return await this.#write({ ...this.#unlocked, items }, outlived ? 'outlived' : undefined);
  }

  async #create(passphrase: Secret): Promise<UnlockResult> {
    if (passphrase.reveal().length < shortestPassphrase) return { kind: 'too_short' };
    const header = newHeader(this.#options.cost ?? defaultCost);
    const items = this.#unlocked?.items ?? new Map();
    const trouble = await this.#write({ items, header, keys: await keysFrom(passphrase, header) });
    return trouble ?? { kind: 'created' };
  }

  /** Takes over what another program wrote there. Damage done while we run costs nothing: all is in memory. */
  async #lookAgain(): Promise<StoreTrouble | undefined> {
    if (this.#unlocked === undefined || !(await this.#file.changedByOthers())) return undefined;
    const { logger, path } = this.#options;
    logger.warn('the encrypted file was changed by another program', { path });
    const { header, keys } = this.#unlocked;
    const opening = await openSealed(this.#file, async ({ bytes }) => (bytes.equals(header.bytes) ? keys : undefined));
    return this.#takeOver(opening, this.#unlocked);
  }

  #takeOver(opening: Opening, ours: Unlocked): StoreTrouble | undefined {
    switch (opening.kind) {
      case 'opened':
        this.#adopt(opening.damage === undefined ? opening : ours, opening.damage);
        return undefined;
      case 'no_file':
        this.#adopt(ours, 'it is gone');
        return undefined;
      case 'corrupt':
        this.#adopt(ours, opening.detail);
        return undefined;
      case 'wrong_passphrase':
        this.lock();
        return { ...locked, detail: 'another file has taken its place' };
      default:
        return { ...opening, store: 'encrypted-file' };
    }
  }

  #adopt({ items, header, keys }: Unlocked, damage: string | undefined): void {
    const { logger, path } = this.#options;
    if (damage !== undefined) {
      logger.warn('the encrypted file is damaged; what was there before it is used', { path, damage });
      this.#note = `The encrypted file was damaged: ${damage}. What was there before it is used.`;
    }
    this.#unlocked = { items, header, keys };
    this.#damage = damage;
  }

  async #write(
    next: Unlocked,
    predecessor: Predecessor = this.#damage === undefined ? 'kept' : 'set_aside',
  ): Promise<StoreTrouble | undefined> {
    const bytes = seal(serializeItems(next.items), next.header, next.keys);
    await this.#file.replace(bytes, predecessor);
    const back = await this.#file.read();
    if (back.kind !== 'read' || !back.bytes.equals(bytes)) {
      this.#damage = 'the disk returned something else than was written';
      return { kind: 'corrupt', detail: `${this.#options.path}: ${this.#damage}`, store: 'encrypted-file' };
    }
    this.#adopt(next, undefined);
    return undefined;
  }
}

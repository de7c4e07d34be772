import { Secret } from '../../core/secret.ts';
import type { ReadResult, RemoveResult, SecretStore, StoreState, WriteResult } from '../../core/stores/secret-store.ts';
import type { Random } from './random.ts';
import type { World } from './world.ts';

export type KeychainTrouble = 'locked' | 'stuck';

/** Told of what becomes durable, or never does. */
export interface KeychainWatch {
  stored(item: string, before: string | undefined, value: string): void;
  notStored(item: string, value: string, why: 'died' | 'refused'): void;
}

/** What is left when the broker is gone: the keychain's items, and what waits in the journal while it is locked. */
export class SimulatedKeychain {
  readonly #items = new Map<string, string>();
  readonly #sessions = new Set<KeychainSession>();
  #trouble: KeychainTrouble | undefined;

  get trouble(): KeychainTrouble | undefined {
    return this.#trouble;
  }

  get(item: string): string | undefined {
    return this.#items.get(item);
  }

  set(item: string, value: string): void {
    this.#items.set(item, value);
  }

  remove(item: string): void {
    this.#items.delete(item);
  }

  become(trouble: KeychainTrouble | undefined): void {
    this.#trouble = trouble;
    for (const session of this.#sessions) session.changed();
  }

  join(session: KeychainSession): void {
    this.#sessions.add(session);
  }

  leave(session: KeychainSession): void {
    this.#sessions.delete(session);
  }
}

export interface KeychainSessionOptions {
  readonly keychain: SimulatedKeychain;
  readonly world: World;
  readonly random: Random;
  readonly alive: () => boolean;
  readonly watch: KeychainWatch;
}

/** One process's way to the keychain. What it asked for before it died may have been done or not. */
export class KeychainSession implements SecretStore {
  readonly backend = 'keychain';
  readonly #options: KeychainSessionOptions;
  readonly #listeners: (() => void)[] = [];
  /** The journal's key is in the keychain: known once that was open. */
  #opened = false;

  constructor(options: KeychainSessionOptions) {
    this.#options = options;
    options.keychain.join(this);
  }

  state(): StoreState {
    return this.#options.keychain.trouble ?? (this.#opened ? 'unlocked' : 'unknown');
  }

  async read(item: string): Promise<ReadResult> {
    await this.#work();
    const { keychain } = this.#options;
    if (keychain.trouble !== undefined) return await this.#answer({ kind: keychain.trouble });
    this.#opened = true;
    const value = keychain.get(item);
    return await this.#answer(value === undefined ? { kind: 'empty' } : { kind: 'found', value: new Secret(value) });
  }

  async write(item: string, value: Secret): Promise<WriteResult> {
    const { keychain, alive, watch, random } = this.#options;
    const text = value.reveal();
    await this.#work();
    if (!alive() && random.chance(0.5)) {
      watch.notStored(item, text, 'died');
      return await never();
    }
    const { trouble } = keychain;
    if (trouble !== undefined && !this.#opened) {
      watch.notStored(item, text, 'refused');
      return await this.#answer({ kind: trouble });
    }
    const before = keychain.get(item);
    keychain.set(item, text);
    watch.stored(item, before, text);
    return await this.#answer({ kind: 'durable', where: trouble === undefined ? 'store' : 'journal' });
  }

  async remove(item: string): Promise<RemoveResult> {
    await this.#work();
    const { keychain, alive } = this.#options;
    if (keychain.trouble !== undefined) return await this.#answer({ kind: keychain.trouble });
    if (alive()) keychain.remove(item);
    return await this.#answer({ kind: 'removed' });
  }

  onChange(listener: () => void): void {
    this.#listeners.push(listener);
  }

  changed(): void {
    for (const listener of this.#listeners) listener();
  }

  async close(): Promise<void> {
    this.#options.keychain.leave(this);
  }

  async #work(): Promise<void> {
    await this.#options.world.work(this.#options.random.between(1, 10));
  }

  /** Nobody is there to hear it once the process is gone. */
  async #answer<Result>(result: Result): Promise<Result> {
    return this.#options.alive() ? result : await never();
  }
}

export const never = (): Promise<never> => new Promise(() => undefined);

import type { ReadResult, RemoveResult, SecretStore, StoreState, WriteResult } from '../../core/keychain/secret-store.ts';
import { Secret } from '../../core/secret.ts';
import type { Random } from './random.ts';
import type { Span, World } from './world.ts';

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
  readonly troubles: Span[] = [];
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

  become(trouble: KeychainTrouble | undefined, now: number): void {
    const open = this.troubles.at(-1);
    if (open !== undefined) open.until ??= now;
    if (trouble !== undefined) this.troubles.push({ from: now, until: undefined });
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
    const { trouble } = this.#options.keychain;
    if (trouble === undefined) return this.#opened ? 'unlocked' : 'unknown';
    return trouble;
  }

  async read(item: string): Promise<ReadResult> {
    await this.#work();
    await this.#answer();
    const { keychain } = this.#options;
    if (keychain.trouble !== undefined) return { kind: keychain.trouble };
    this.#opened = true;
    const value = keychain.get(item);
    return value === undefined ? { kind: 'empty' } : { kind: 'found', value: new Secret(value) };
  }

  async write(item: string, value: Secret): Promise<WriteResult> {
    const { keychain, alive, watch } = this.#options;
    const text = value.reveal();
    await this.#work();
    if (!alive()) {
      watch.notStored(item, text, 'died');
      return await never();
    }
    const { trouble } = keychain;
    const refusal = trouble === 'stuck' || (trouble === 'locked' && !this.#opened) ? trouble : undefined;
    if (refusal === undefined) {
      const before = keychain.get(item);
      keychain.set(item, text);
      watch.stored(item, before, text);
    } else watch.notStored(item, text, 'refused');
    await this.#answer();
    if (refusal !== undefined) return { kind: refusal };
    return { kind: 'durable', where: trouble === 'locked' ? 'journal' : 'store' };
  }

  async remove(item: string): Promise<RemoveResult> {
    await this.#work();
    const { keychain, alive } = this.#options;
    if (alive() && keychain.trouble === undefined) keychain.remove(item);
    await this.#answer();
    return keychain.trouble === undefined ? { kind: 'removed' } : { kind: keychain.trouble };
  }

  onChange(listener: () => void): void {
    this.#listeners.push(listener);
  }

  changed(): void {
    if (!this.#options.alive()) return this.#options.keychain.leave(this);
    for (const listener of this.#listeners) listener();
  }

  async close(): Promise<void> {
    this.#options.keychain.leave(this);
  }

  async #work(): Promise<void> {
    await this.#options.world.pass(this.#options.random.between(1, 10));
  }

  /** Nobody is there to hear the answer once the process is gone. */
  async #answer(): Promise<void> {
    await this.#work();
    if (!this.#options.alive()) await never();
  }
}

const never = (): Promise<never> => new Promise(() => undefined);

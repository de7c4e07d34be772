import type { Secret } from '../../core/secret.ts';
import { MemoryStore } from '../../core/stores/memory-store.ts';
import type {
  ReadResult,
  RemoveResult,
  SecretStore,
  StoreState,
  StoreTrouble,
  WriteResult,
} from '../../core/stores/secret-store.ts';

/** A store over memory that can be slow or in trouble, as a keychain can. */
export class ScriptedStore implements SecretStore {
  readonly backend = 'keychain';
  #trouble: StoreTrouble | undefined;
  /** Writes wait for it. */
  gate: Promise<void> = Promise.resolve();
  writes = 0;
  readonly #listeners: (() => void)[] = [];
  readonly #memory = new MemoryStore();

  get trouble(): StoreTrouble | undefined {
    return this.#trouble;
  }

  set trouble(trouble: StoreTrouble | undefined) {
    this.#trouble = trouble;
    for (const listener of this.#listeners) listener();
  }

  state(): StoreState {
    return this.trouble?.kind ?? 'unlocked';
  }

  onChange(listener: () => void): void {
    this.#listeners.push(listener);
  }

  async removalTrouble(): Promise<StoreTrouble | undefined> {
    return this.trouble;
  }

  /** What it holds, whether it would tell or not. */
  async peek(item: string): Promise<ReadResult> {
    return await this.#memory.read(item);
  }

  async read(item: string): Promise<ReadResult> {
    return this.trouble ?? (await this.#memory.read(item));
  }

  async write(item: string, value: Secret): Promise<WriteResult> {
    await this.gate;
    if (this.trouble !== undefined) return this.trouble;
    this.writes += 1;
    return await this.#memory.write(item, value);
  }

  async remove(item: string): Promise<RemoveResult> {
    return this.trouble ?? (await this.#memory.remove(item));
  }

  async close(): Promise<void> {}
}

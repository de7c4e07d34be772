import type { Secret } from '../secret.ts';
import type { ReadResult, RemoveResult, SecretStore, StoreState, WriteResult } from './secret-store.ts';

/** `store: memory`: everything is forgotten when the broker ends. A person's choice, never a fallback. */
export class MemoryStore implements SecretStore {
  readonly backend = 'memory';
  readonly #items = new Map<string, Secret>();

  state(): StoreState {
    return 'unlocked';
  }

  async read(item: string): Promise<ReadResult> {
    const value = this.#items.get(item);
    return value ? { kind: 'found', value } : { kind: 'empty' };
  }

  async write(item: string, value: Secret): Promise<WriteResult> {
    this.#items.set(item, value);
    return { kind: 'durable', where: 'store' };
  }

  async remove(item: string): Promise<RemoveResult> {
    this.#items.delete(item);
    return { kind: 'removed' };
  }

  async close(): Promise<void> {
    this.#items.clear();
  }
}

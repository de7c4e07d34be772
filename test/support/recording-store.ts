import { Secret } from '../../core/secret.ts';
import { MemoryStore } from '../../core/stores/memory-store.ts';
import type {
  ReadResult,
  RemoveResult,
  SecretStore,
  StoreState,
  StoreTrouble,
  WriteResult,
} from '../../core/stores/secret-store.ts';

/** A store over memory that remembers what it was asked, in order, and can be in trouble with one kind of call alone. */
export class RecordingStore implements SecretStore {
  readonly calls: string[] = [];
  readonly trouble: { read?: StoreTrouble; write?: StoreTrouble; remove?: StoreTrouble; removal?: StoreTrouble } = {};
  /** What a write leaves behind in the place of what was written. */
  writesInstead: string | undefined;
  /** Writes are forgotten at once. */
  forgetful = false;
  readonly backend: SecretStore['backend'];
  readonly #memory = new MemoryStore();

  constructor(backend: SecretStore['backend']) {
    this.backend = backend;
  }

  state(): StoreState {
    return this.trouble.read?.kind ?? 'unlocked';
  }

  /** Item to value, whatever it would tell. */
  async held(...items: readonly string[]): Promise<Record<string, string>> {
    const held: Record<string, string> = {};
    for (const item of items) {
      const found = await this.#memory.read(item);
      if (found.kind === 'found') held[item] = found.value.reveal();
    }
    return held;
  }

  async read(item: string): Promise<ReadResult> {
    this.calls.push(`read ${item}`);
    return this.trouble.read ?? (await this.#memory.read(item));
  }

  async write(item: string, value: Secret): Promise<WriteResult> {
    this.calls.push(`write ${item}`);
    if (this.trouble.write !== undefined) return this.trouble.write;
    if (this.forgetful) return { kind: 'durable', where: 'store' };
    return await this.#memory.write(item, this.writesInstead === undefined ? value : new Secret(this.writesInstead));
  }

  async remove(item: string): Promise<RemoveResult> {
    this.calls.push(`remove ${item}`);
    return this.trouble.remove ?? (await this.#memory.remove(item));
  }

  async removalTrouble(): Promise<StoreTrouble | undefined> {
    return this.trouble.removal;
  }

  async close(): Promise<void> {}
}

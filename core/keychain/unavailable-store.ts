import type { ReadResult, RemoveResult, SecretStore, StoreState, WriteResult } from './secret-store.ts';

/** Stands where a configured store cannot be had: every call says so, nothing falls back to another store. */
export class UnavailableStore implements SecretStore {
  readonly backend: SecretStore['backend'];
  readonly #trouble: { readonly kind: 'absent'; readonly detail: string };

  constructor(backend: SecretStore['backend'], detail: string) {
    this.backend = backend;
    this.#trouble = { kind: 'absent', detail };
  }

  state(): StoreState {
    return 'absent';
  }

  async read(): Promise<ReadResult> {
    return this.#trouble;
  }

  async write(): Promise<WriteResult> {
    return this.#trouble;
  }

  async remove(): Promise<RemoveResult> {
    return this.#trouble;
  }

  async close(): Promise<void> {}
}

/** Tells every listener, in order. A listener that throws does not keep the others from hearing. */
export class Broadcast<Event> {
  readonly #listeners = new Set<(event: Event) => void>();

  get heard(): boolean {
    return this.#listeners.size > 0;
  }

  subscribe(listener: (event: Event) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  emit(event: Event): void {
    for (const listener of this.#listeners) {
      try {
        listener(event);
      } catch {
        this.#listeners.delete(listener);
      }
    }
  }
}

/** One piece of work under way, shared by all who ask for it meanwhile; the next to ask after its end begins anew. */
export class SharedFlight<Result> {
  #flight: Promise<Result> | undefined;

  join(begin: () => Promise<Result>): Promise<Result> {
    this.#flight ??= begin().finally(() => {
      this.#flight = undefined;
    });
    return this.#flight;
  }
}

/** The same by name. */
export class NamedFlights<Result> {
  readonly #flights = new Map<string, Promise<Result>>();

  join(name: string, begin: () => Promise<Result>): Promise<Result> {
    const running = this.#flights.get(name);
    if (running !== undefined) return running;
    const flight = begin().finally(() => this.#flights.delete(name));
    this.#flights.set(name, flight);
    return flight;
  }
}

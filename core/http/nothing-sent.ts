/** What fetch throws where no connection came about: whatever was to be said over it was not heard by anybody. */
export class NothingSent extends TypeError {
  constructor(cause: unknown) {
    super('fetch failed', { cause });
    this.name = 'NothingSent';
  }
}

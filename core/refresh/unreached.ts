/** The server could not be had, which says nothing of the credential. `cause`: an `OAuthFailure`, or a fault. */
export class Unreached extends Error {
  constructor(cause: unknown) {
    super('the server could not be reached', { cause });
    this.name = 'Unreached';
  }
}

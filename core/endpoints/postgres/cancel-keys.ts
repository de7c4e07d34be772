import type { CancelKey } from './first-packet.ts';
import { cancelMessage } from './messages.ts';
import { type Connect, type PostgresAddress, securedServer } from './secured-server.ts';

export interface Cancellable extends PostgresAddress {
  /** The server's own. */
  readonly key: CancelKey;
}

/** Milliseconds. A server closes at once. */
const longestCancel = 30_000;

/** Clients are given keys of ours: those of the server are good on every connection to it, around us too. */
export class CancelKeys {
  readonly #sessions = new Map<string, Cancellable>();
  readonly #connect: Connect;

  constructor(connect: Connect) {
    this.#connect = connect;
  }

  add(key: CancelKey, session: Cancellable): void {
    this.#sessions.set(key.toString('hex'), session);
  }

  remove(key: CancelKey): void {
    this.#sessions.delete(key.toString('hex'));
  }

  /** Resolves when the server has taken it. An unknown key changes nothing, and nothing is said about it. */
  async cancel(key: CancelKey): Promise<void> {
    const session = this.#sessions.get(key.toString('hex'));
    if (session === undefined) return;
    const server = await securedServer(session, this.#connect).catch(() => undefined);
    if (server === undefined) return;
    // Not tied to the client, which may have gone as soon as it had asked.
    server.setTimeout(longestCancel, () => server.destroy());
    server.resume();
    const closed = new Promise<void>((resolve) => server.once('close', () => resolve()));
    server.end(cancelMessage(session.key));
    await closed;
  }
}

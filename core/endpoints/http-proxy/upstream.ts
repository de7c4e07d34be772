import { Agent, type ClientRequestArgs } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Secret } from '../../secret.ts';

export interface CredentialHeader {
  readonly name: string;
  readonly value: Secret;
}

/** The one server a proxy leads to, and how to speak to it. */
export interface Upstream {
  /** The account's: requests go below it. */
  readonly url: URL;
  /** Names of the headers that `headers` may give: a caller's own are refused. */
  readonly presented: readonly string[];
  /** Asked for every request. Throws `KeytrayError`. */
  headers(): Promise<readonly CredentialHeader[]>;
  /** A new connection, secured where the URL says so. */
  connect(): Promise<Socket>;
}

/** Less than servers keep idle connections: the last request on one must not meet its end. */
const keptIdle = 4_000;
/** Streams of a model that thinks are silent for minutes. */
const longestSilence = 600_000;

/** Keeps connections to the server for the next requests. */
export class UpstreamAgent extends Agent {
  readonly #connect: () => Promise<Socket>;

  constructor({ connect }: Pick<Upstream, 'connect'>, mostSockets: number) {
    super({ keepAlive: true, maxSockets: mostSockets, maxFreeSockets: 32, timeout: longestSilence });
    this.#connect = connect;
  }

  override createConnection(
    _options: ClientRequestArgs,
    done?: (error: Error | null, connection: Duplex) => void,
  ): undefined {
    this.#connect().then(
      (socket) => {
        // The deadlines of connecting are over; whoever uses it says what silence means.
        socket.removeAllListeners('timeout');
        socket.setTimeout(0);
        socket.setNoDelay(true);
        done?.(null, socket);
      },
      // The agent takes nothing else when there is an error.
      (error: unknown) => (done as ((error: unknown) => void) | undefined)?.(error),
    );
    return undefined;
  }

  override keepSocketAlive(socket: Duplex): boolean {
    const kept = super.keepSocketAlive(socket) as unknown as boolean;
    if (kept && 'setTimeout' in socket && typeof socket.setTimeout === 'function') socket.setTimeout(keptIdle);
    return kept;
  }
}

import type { Clock } from '../ports.ts';
import type { Authorization } from './authorization-request.ts';
import type { AuthorizationServer } from './authorization-server.ts';
import { loadClient } from './client-library.ts';
import { OAuthFailure } from './oauth-failure.ts';
import { isForOthersOnly, type PushedRequest, pushRequest } from './pushed-request.ts';

/** Where a browser is sent with a request. */
export interface RequestAddress {
  readonly url: URL;
  /** Seconds; undefined where it is good for as long as the login is pending. */
  readonly usableFor: number | undefined;
}

interface Pushed {
  readonly url: URL;
  /** On the monotonic clock, in milliseconds. */
  readonly until: number;
}

/** So that the person's browser is there before the address has ended. Seconds. */
const margin = 10;

/**
 * The address of one authorization request. One that was pushed (RFC 9126) is good for a minute and for one visit:
 * whoever asks gets an address nobody else was given, under the same `state`.
 */
export class AuthorizationAddress {
  readonly #server: AuthorizationServer;
  readonly #parameters: URLSearchParams;
  readonly #clock: Pick<Clock, 'monotonic'>;
  #ready: Pushed | undefined;
  /** The server takes no pushed request from this client. */
  #plain: boolean;

  constructor(
    server: AuthorizationServer,
    { parameters }: Pick<Authorization, 'parameters'>,
    clock: Pick<Clock, 'monotonic'>,
  ) {
    this.#server = server;
    this.#parameters = parameters;
    this.#clock = clock;
    this.#plain = server.pushedRequests === undefined;
  }

  /** Gets one ready, so that what the server refuses is known before a browser opens. Throws as `take`. */
  async prepare(): Promise<void> {
    if (!this.#plain && this.#fresh() === undefined) this.#ready = await this.#push();
  }

  /** Throws `OAuthFailure`, or a `KeytrayError` of the HTTP port, where the request cannot be pushed. */
  async take(): Promise<RequestAddress> {
    const ready = this.#plain ? undefined : (this.#fresh() ?? (await this.#push()));
    this.#ready = undefined;
    if (ready === undefined) return { url: await this.#addressOf(this.#parameters), usableFor: undefined };
    return { url: ready.url, usableFor: Math.max(0, Math.floor((ready.until - this.#clock.monotonic()) / 1_000)) };
  }

  #fresh(): Pushed | undefined {
    const ready = this.#ready;
    return ready !== undefined && this.#clock.monotonic() < ready.until ? ready : undefined;
  }

  async #push(): Promise<Pushed | undefined> {
    const { clientAuthentication, pushedRequests } = this.#server;
    if (pushedRequests === undefined) return undefined;
    const sentAt = this.#clock.monotonic();
    let pushed: PushedRequest;
    try {
      pushed = await pushRequest(this.#server, pushedRequests, this.#parameters);
    } catch (error) {
      const client = clientAuthentication.method === 'none' ? 'public' : 'confidential';
      if (pushedRequests.required || !(error instanceof OAuthFailure)) throw error;
      if (!isForOthersOnly(error.failure, client)) throw error;
      this.#plain = true;
      return undefined;
    }
    const { requestUri, expiresIn } = pushed;
    const url = await this.#addressOf(new URLSearchParams({ request_uri: requestUri }));
    return { url, until: sentAt + 1_000 * (expiresIn - Math.min(margin, expiresIn / 2)) };
  }

  async #addressOf(parameters: URLSearchParams): Promise<URL> {
    const client = await loadClient();
    return client.buildAuthorizationUrl(this.#server.configuration, parameters);
  }
}

import type { ProxyConfig } from '../config/config.ts';
import { KeytrayError } from '../errors.ts';
import { isLoopback, mayCarrySecrets } from '../platform/loopback-host.ts';
import type { Fetch, Http, TlsSettings } from '../ports.ts';
import { exchange } from './exchange.ts';
import { NothingSent } from './nothing-sent.ts';
import { type ProxyVariables, proxyFor } from './proxy-variables.ts';
import { connectTo, type HttpTimeouts, type Way } from './server-connection.ts';
import { readAuthority, trusting } from './trusted-authorities.ts';

export interface NodeHttpOptions {
  readonly variables?: ProxyVariables;
  readonly timeouts?: HttpTimeouts;
}

/**
 * The HTTP port on Node: system and extra authorities, the proxies of the configuration or else of the environment,
 * no redirects, bounded in time and size. Built on node:http and node:tls: a fetch that takes authorities and a proxy
 * would be undici from npm, which keeps 28 MB.
 *
 * Every request has a connection of its own. One kept from before a sleep, or closed by the server in the same
 * moment, would lose a refresh whose token may already be spent.
 */
export class NodeHttp implements Http {
  readonly #variables: ProxyVariables;
  readonly #timeouts: HttpTimeouts;
  #proxy: ProxyConfig | undefined;

  constructor(options: NodeHttpOptions = {}) {
    this.#variables = options.variables ?? process.env;
    this.#timeouts = options.timeouts ?? { connect: 10_000, reply: 30_000 };
  }

  /** From the next request on; undefined: what the environment says. */
  useProxy(proxy: ProxyConfig | undefined): void {
    this.#proxy = proxy;
  }

  fetchFor(tls: TlsSettings): Fetch {
    return async (input, init) => {
      const request = input instanceof Request ? input : undefined;
      const target = new URL(request?.url ?? String(input));
      if (!mayCarrySecrets(target)) {
        throw new KeytrayError(
          'misconfigured',
          `${target.origin}: plain http is only used on this machine; give an https URL`,
        );
      }
      const signal = init?.signal ?? request?.signal;
      signal?.throwIfAborted();
      const way = { ...(await this.#wayTo(target, tls)), timeouts: this.#timeouts, signal };
      try {
        const socket = await connectTo(target, way).catch((cause: unknown) => {
          throw new NothingSent(cause);
        });
        return await exchange(socket, target, {
          method: init?.method ?? request?.method ?? 'GET',
          headers: new Headers(init?.headers ?? request?.headers),
          body: init?.body === undefined || init.body === null ? undefined : String(init.body),
        });
      } catch (cause) {
        signal?.throwIfAborted();
        if (cause instanceof NothingSent) throw cause;
        // As the platform's fetch has it.
        throw new TypeError('fetch failed', { cause });
      }
    };
  }

  #proxyFor(target: URL): URL | undefined {
    return proxyFor(target, { configured: this.#proxy, variables: this.#variables })?.url;
  }

  async #wayTo(target: URL, tls: TlsSettings): Promise<Pick<Way, 'trust' | 'proxy'>> {
    // Loading the authorities takes tens of milliseconds that plain http on this machine need not pay.
    if (target.protocol === 'http:') return { trust: undefined, proxy: undefined };
    const authority = tls.ca === undefined ? undefined : await readAuthority(tls.ca);
    return {
      trust: { context: trusting(authority), verify: tls.verify },
      // What stays on this machine is not shown to a proxy.
      proxy: isLoopback(target.hostname) ? undefined : this.#proxyFor(target),
    };
  }
}

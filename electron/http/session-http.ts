import type { Session } from 'electron';
import type { ProxyConfig } from '../../core/config/config.ts';
import { KeytrayError } from '../../core/errors.ts';
import { NothingSent } from '../../core/http/nothing-sent.ts';
import { UnreadableReply } from '../../core/http/unreadable-reply.ts';
import { mayCarrySecrets } from '../../core/platform/loopback-host.ts';
import type { Fetch, Http, TlsSettings } from '../../core/ports.ts';
import { boundedResponse } from './bounded-response.ts';
import { judgeNetError } from './net-error.ts';

export interface SessionHttpOptions {
  /** Of a partition in memory that is used for nothing else. */
  readonly session: Pick<Session, 'fetch'>;
  /** For what Chromium's stack cannot do: authorities of an account's own, and on Linux those of the system. */
  readonly node: Http & { useProxy(proxy: ProxyConfig | undefined): void };
  readonly platform: NodeJS.Platform;
}

/** Milliseconds for a whole exchange. */
const patience = 40_000;

/**
 * The HTTP port on Chromium's stack: the system's proxy, its automatic configuration and sign-in, its authorities.
 * No cookies, no cache, and redirects are answers, never followed.
 */
export class SessionHttp implements Http {
  readonly #options: SessionHttpOptions;
  #proxied = false;

  constructor(options: SessionHttpOptions) {
    this.#options = options;
  }

  /** The configuration names a proxy: the system's is not asked. */
  useProxy(proxy: ProxyConfig | undefined): void {
    this.#proxied = proxy !== undefined;
    this.#options.node.useProxy(proxy);
  }

  fetchFor(tls: TlsSettings): Fetch {
    const byNode = this.#options.node.fetchFor(tls);
    if (tls.ca !== undefined || !tls.verify) return byNode;
    return async (input, init) => {
      if (this.#proxied) return await byNode(input, init);
      const request = input instanceof Request ? input : undefined;
      const target = new URL(request?.url ?? String(input));
      if (!mayCarrySecrets(target)) {
        const why = `${target.origin}: plain http is only used on this machine; give an https URL`;
        throw new KeytrayError('misconfigured', why);
      }
      const given = init?.signal ?? request?.signal;
      given?.throwIfAborted();
      const { body } = init ?? {};
      try {
        const answer = await this.#options.session.fetch(target.href, {
          method: init?.method ?? request?.method ?? 'GET',
          headers: Object.fromEntries(new Headers(init?.headers ?? request?.headers)),
          ...(body === undefined || body === null ? {} : { body: String(body) }),
          signal: AbortSignal.any([...(given ? [given] : []), AbortSignal.timeout(patience)]),
          redirect: 'manual',
          // Without an origin of its own Electron would take the session's cookies along.
          credentials: 'omit',
          cache: 'no-store',
          bypassCustomProtocolHandlers: true,
        });
        return await boundedResponse(answer);
      } catch (cause) {
        given?.throwIfAborted();
        return await this.#afterFailure(cause, () => byNode(input, init));
      }
    };
  }

  async #afterFailure(cause: unknown, byNode: () => Promise<Response>): Promise<Response> {
    switch (judgeNetError(cause)) {
      case 'redirect':
        // Chromium tells neither its status nor where it led; that it is a redirect is all that matters here.
        return new Response(null, { status: 302 });
      case 'unknown_authority':
        // Chromium on Linux does not read /etc/ssl/certs; Node verifies anew, with those. Nothing was sent yet.
        if (this.#options.platform === 'linux') return await byNode();
        throw new NothingSent(cause);
      case 'nothing_sent':
        throw new NothingSent(cause);
      case 'unreadable':
        throw new UnreadableReply('UNREADABLE', 'it is not HTTP, or its headers are larger than 256 KiB');
      case 'unknown':
        throw cause instanceof TypeError || cause instanceof UnreadableReply
          ? cause
          : new TypeError('fetch failed', { cause });
    }
  }
}

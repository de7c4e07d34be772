import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createSecureContext, getCACertificates, type SecureContext } from 'node:tls';
import type { Dispatcher } from 'undici';
import { KeytrayError } from '../errors.ts';
import type { Fetch, Http, TlsSettings } from '../ports.ts';
import { isLoopback, mayCarrySecrets } from './loopback-host.ts';

/** A token or metadata document is a few KiB: more is a malfunction. */
const largestBody = 1024 * 1024;
const connectTimeout = 10_000;
const replyTimeout = 30_000;
/**
 * `pipelining: 0`: a connection of its own for every request. One kept from before a sleep, or closed by the server
 * in the same moment, would lose a refresh whose token may already be spent.
 */
const limits = { headersTimeout: replyTimeout, bodyTimeout: replyTimeout, pipelining: 0 };

/** Statuses for which the platform's Response refuses a body. */
const bodiless: ReadonlySet<number> = new Set([204, 205, 304]);

interface Route {
  readonly direct: Dispatcher;
  /** Through the proxy of the environment where it names one. */
  readonly outward: Dispatcher;
}

interface KeptRoute {
  /** The extra authority this route was built with: a changed file makes a new one. */
  readonly authority: string | undefined;
  readonly route: Promise<Route>;
}

/** The HTTP port on Node: system and extra authorities, the environment's proxies, no redirects, bounded in time and size. */
export class NodeHttp implements Http {
  readonly #routes = new Map<string, KeptRoute>();
  #plain: Promise<Dispatcher> | undefined;

  fetchFor(tls: TlsSettings): Fetch {
    return async (input, init) => {
      const request = input instanceof Request ? input : undefined;
      const url = new URL(request?.url ?? String(input));
      if (!mayCarrySecrets(url)) {
        throw new KeytrayError(
          'misconfigured',
          `${url.origin}: plain http is only used on this machine; give an https URL`,
        );
      }
      const dispatcher = await this.#dispatcherFor(url, tls);
      const { fetch } = await library();
      const response = await fetch(url, {
        method: init?.method ?? request?.method ?? 'GET',
        headers: Object.fromEntries(new Headers(init?.headers ?? request?.headers)),
        body: init?.body === undefined || init.body === null ? null : String(init.body),
        redirect: 'manual',
        signal: init?.signal ?? request?.signal ?? null,
        dispatcher,
      });
      const body = await readBody(response.body);
      return new Response(bodiless.has(response.status) ? null : body, {
        status: response.status,
        statusText: response.statusText,
        headers: [...response.headers],
      });
    };
  }

  /** Waits for requests under way and ends. */
  async close(): Promise<void> {
    const kept = [...this.#routes.values()];
    const plain = this.#plain;
    this.#routes.clear();
    this.#plain = undefined;
    await Promise.all([...kept.map(endRoute), plain?.then((dispatcher) => dispatcher.close())]);
  }

  async #dispatcherFor(url: URL, tls: TlsSettings): Promise<Dispatcher> {
    // Loading the authorities takes tens of milliseconds that plain http on this machine need not pay.
    if (url.protocol === 'http:') {
      this.#plain ??= library().then(({ Agent }) => new Agent(limits));
      return this.#plain;
    }
    const route = await this.#routeFor(tls);
    // What stays on this machine is not shown to a proxy.
    return isLoopback(url.hostname) ? route.direct : route.outward;
  }

  async #routeFor(tls: TlsSettings): Promise<Route> {
    const authority = tls.ca === undefined ? undefined : await readAuthority(tls.ca);
    const key = `${tls.verify ? 'verified' : 'unverified'} ${tls.ca ?? ''}`;
    const known = this.#routes.get(key);
    if (known !== undefined && known.authority === authority) return known.route;
    const route = buildRoute(tls, authority);
    this.#routes.set(key, { authority, route });
    if (known !== undefined) void endRoute(known);
    return route;
  }
}

/** Requests under way come to their end first. A route that could not be built has nothing to end. */
async function endRoute({ route }: KeptRoute): Promise<void> {
  const [built] = await Promise.allSettled([route]);
  if (built.status === 'fulfilled') await Promise.all([built.value.direct.close(), built.value.outward.close()]);
}

/** undici is a second copy of what Node has inside, needed for its proxy agent; loaded when something is first sent. */
const library = () => import('undici');

async function readAuthority(file: string): Promise<string> {
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new KeytrayError('misconfigured', `tls.ca: cannot read ${file}`, { cause });
  });
  // OpenSSL passes over what it cannot parse: the person would only see that the server is not trusted.
  const certificates = text.match(/-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g) ?? [];
  if (certificates.length === 0 || !certificates.every(isCertificate)) {
    throw new KeytrayError('misconfigured', `tls.ca: ${file} holds no certificates in PEM form`);
  }
  return text;
}

function isCertificate(pem: string): boolean {
  try {
    return new X509Certificate(pem).raw.length > 0;
  } catch {
    return false;
  }
}

async function buildRoute(tls: TlsSettings, authority: string | undefined): Promise<Route> {
  const { Agent, EnvHttpProxyAgent } = await library();
  const secureContext = trusting(authority);
  const connect = { secureContext, rejectUnauthorized: tls.verify, timeout: connectTimeout };
  return {
    direct: new Agent({ ...limits, connect }),
    outward: new EnvHttpProxyAgent({ ...limits, connect, requestTls: connect, proxyTls: connect }),
  };
}

const systemContexts = new Map<string, SecureContext>();

/** Parsing some hundred certificates takes a while: done once for each extra authority. */
function trusting(authority: string | undefined): SecureContext {
  const key = authority ?? '';
  const known = systemContexts.get(key);
  if (known !== undefined) return known;
  const certificates = new Set([...getCACertificates('default'), ...getCACertificates('system')]);
  const context = createSecureContext({ ca: [...certificates, ...(authority === undefined ? [] : [authority])] });
  systemContexts.set(key, context);
  return context;
}

async function readBody(stream: AsyncIterable<Uint8Array> | null): Promise<Buffer<ArrayBuffer>> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of stream ?? []) {
    size += chunk.byteLength;
    if (size > largestBody) throw Object.assign(new Error('the answer is too large'), { code: 'BODY_TOO_LARGE' });
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

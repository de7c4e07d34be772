import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { parseAllowRule } from '../../core/endpoints/http-proxy/allow-rule.ts';
import {
  type HeaderProxy,
  type HeaderProxyOptions,
  openHeaderProxy,
} from '../../core/endpoints/http-proxy/header-proxy.ts';
import type { Upstream } from '../../core/endpoints/http-proxy/upstream.ts';
import { Secret } from '../../core/secret.ts';
import { MemoryLogger } from './broker-socket.ts';
import { kernelPeers } from './loopback-peers.ts';
import { ManualClock } from './manual-clock.ts';

/** What the server behind the proxy saw. */
export interface Seen {
  readonly method: string;
  readonly url: string;
  readonly rawHeaders: readonly string[];
  readonly body: string;
}

export interface ProxyScene {
  readonly proxy: HeaderProxy;
  readonly upstream: { readonly url: URL; readonly server: Server; readonly seen: Seen[]; connections: number };
  /** Tokens asked for. */
  readonly asked: () => number;
  readonly logger: MemoryLogger;
  readonly port: number;
  /** `/SECRET` */
  readonly path: string;
  /** Sends these bytes on a connection of their own; resolves with all that comes back. */
  raw(bytes: string): Promise<string>;
  ask(path: string, options?: AskOptions): Promise<Answer>;
  close(): Promise<void>;
}

export interface AskOptions {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  readonly body?: string;
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

export interface SceneOptions {
  readonly allow?: readonly string[];
  readonly basePath?: string;
  readonly listen?: HeaderProxyOptions['listen'];
  readonly presented?: readonly string[];
  readonly headers?: Upstream['headers'];
  /** Answers instead of an echo. */
  readonly serve?: (request: IncomingMessage, response: ServerResponse) => void;
}

/** A proxy in front of a real server that tells what it was sent. */
export async function proxyScene(options: SceneOptions = {}): Promise<ProxyScene> {
  const seen: Seen[] = [];
  let asked = 0;
  const server = createServer({ requestTimeout: 0 }, (incoming, response) => {
    if (options.serve !== undefined) return options.serve(incoming, response);
    void text(incoming).then((body) => {
      const { method = '', url = '', rawHeaders } = incoming;
      seen.push({ method, url, rawHeaders, body });
      response.setHeader('Content-Type', 'text/plain');
      response.end(`served ${method} ${url}`);
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port: upstreamPort } = server.address() as AddressInfo;
  const upstream = {
    url: new URL(`http://127.0.0.1:${upstreamPort}${options.basePath ?? ''}`),
    server,
    seen,
    connections: 0,
  };
  server.on('connection', () => {
    upstream.connections += 1;
  });
  const logger = new MemoryLogger();
  const proxy = await openHeaderProxy({
    clock: new ManualClock(),
    logger,
    peers: kernelPeers,
    allow: (options.allow ?? []).map(parseAllowRule),
    listen: options.listen ?? { kind: 'any' },
    upstream: {
      url: upstream.url,
      presented: options.presented ?? ['Authorization'],
      headers: async () => {
        asked += 1;
        return options.headers === undefined
          ? [{ name: 'Authorization', value: new Secret(`Bearer real-token-${asked}`) }]
          : await options.headers();
      },
      connect: () => connected(upstreamPort),
    },
  });
  const port = Number(/^http:\/\/127\.0\.0\.1:(\d+)\//.exec(proxy.address)?.[1] ?? 0);
  const path = `/${proxy.secret.reveal()}`;
  return {
    proxy,
    upstream,
    asked: () => asked,
    logger,
    port,
    path,
    raw: async (bytes) => {
      const socket = connect(port, '127.0.0.1');
      // Not ended: a caller that has said its last byte is taken for gone.
      socket.write(bytes);
      return await text(socket);
    },
    ask: (target, ask = {}) => askFor(port, target, ask),
    close: async () => {
      await proxy.close();
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}

async function connected(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  return socket;
}

async function askFor(port: number, path: string, { method = 'GET', headers = {}, body }: AskOptions): Promise<Answer> {
  const given = Object.entries(headers).map(([name, value]) => [name, typeof value === 'string' ? value : [...value]]);
  const sent = request({ host: '127.0.0.1', port, path, method, headers: Object.fromEntries(given), agent: false });
  sent.end(body);
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  return { status: response.statusCode ?? 0, headers: response.headers, body: await text(response) };
}

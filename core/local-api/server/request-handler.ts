import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { getRequestListener, type HttpBindings } from '@hono/node-server';
import type { KeytrayError } from '../../errors.ts';
import type { Consumer } from '../../platform/consumer.ts';
import type { Logger } from '../../ports.ts';
import type { ConnectionTable } from './connection-table.ts';
import { errorResponse, RequestRefused } from './error-response.ts';
import { judgeHead, judgePeer, payloadTooLarge } from './guards.ts';
import type { Release } from './quota.ts';
import type { Quotas } from './quotas.ts';
import { declaresTooMuch, discardBody, hasBody, readBody } from './request-body.ts';
import type { LocalApiApp, RouteBindings } from './route.ts';

/** What is known of the connections that are open. */
export type Peers = WeakMap<Socket, Consumer>;

export interface RequestHandlerOptions {
  readonly app: LocalApiApp;
  readonly uid: number;
  readonly peers: Peers;
  readonly connections: ConnectionTable;
  readonly quotas: Pick<Quotas, 'requests' | 'largeBodies'>;
  readonly logger: Logger;
}

export type RequestHandler = (incoming: IncomingMessage, outgoing: ServerResponse) => void;

/** Guards first, then the whole body, then the routes. */
export function createRequestHandler(options: RequestHandlerOptions): RequestHandler {
  const { app, uid, peers, connections, quotas, logger } = options;
  const listener = getRequestListener(
    (request, env) => {
      // HTTP/1.1 only: the other half of the type belongs to HTTP/2 servers.
      const { incoming, outgoing } = env as HttpBindings;
      const consumer = peers.get(incoming.socket);
      if (consumer === undefined) throw new TypeError('a request of a caller that no guard has seen');
      const bindings: RouteBindings = { incoming, outgoing, consumer };
      return app.fetch(request, bindings);
    },
    // The global Request and Response belong to everybody in this process.
    { overrideGlobalObjects: false },
  );

  const refuse = async (incoming: IncomingMessage, outgoing: ServerResponse, failure: unknown): Promise<void> => {
    await discardBody(incoming).catch(() => undefined);
    if (outgoing.destroyed || outgoing.headersSent || !incoming.socket.writable) return;
    const { status, headers, body } = errorResponse(failure, logger);
    const text = JSON.stringify(body);
    outgoing.shouldKeepAlive = false;
    outgoing.writeHead(status, {
      'Content-Type': 'application/json',
      'Cache-Control': 'no-store',
      'Content-Length': Buffer.byteLength(text),
      ...headers,
    });
    outgoing.end(text);
  };

  const serve = async (incoming: IncomingMessage, outgoing: ServerResponse, held: Release[]): Promise<void> => {
    const pid = peers.get(incoming.socket)?.pid ?? 0;
    held.push(quotas.requests.take(pid));
    const { expect } = incoming.headers;
    if (expect !== undefined && expect.toLowerCase() !== '100-continue') {
      throw new RequestRefused(417, 'nothing but 100-continue can be expected');
    }
    if (hasBody(incoming)) {
      if (expect !== undefined) {
        if (declaresTooMuch(incoming)) throw payloadTooLarge();
        outgoing.writeContinue();
      }
      const body = await readBody(incoming, () => held.push(quotas.largeBodies.take(pid)));
      // What @hono/node-server reads instead of the stream, where it is there.
      Object.assign(incoming, { rawBody: body });
      readAsJson(incoming);
    }
    // Whoever is still sending may be closed for others; from here on the broker is at work.
    held.push(connections.busy(incoming.socket));
    await listener(incoming, outgoing);
  };

  // What follows a refused request on its connection may have been meant as a part of it.
  const refused = new WeakSet<Socket>();

  return (incoming, outgoing) => {
    if (refused.has(incoming.socket)) {
      incoming.resume();
      return;
    }
    const refusal: KeytrayError | undefined =
      judgePeer(peers.get(incoming.socket), uid) ??
      judgeHead({
        target: incoming.url ?? '',
        version: incoming.httpVersion,
        rawHeaders: incoming.rawHeaders,
      });
    if (refusal !== undefined) refused.add(incoming.socket);
    const held: Release[] = [];
    const release = (): void => {
      for (const give of held.splice(0)) give();
    };
    outgoing.once('close', release);
    const answered = refusal === undefined ? serve(incoming, outgoing, held) : Promise.reject(refusal);
    answered
      .catch((failure: unknown) => refuse(incoming, outgoing, failure))
      // An answer that nobody takes is no work any more; a stream is until it closes.
      .finally(() => outgoing.writableEnded && release());
  };
}

/**
 * Bodies are JSON here, whatever curl's `-d` calls them by itself. No web page gains by it: none reaches a Unix
 * socket, and `Origin` is refused before.
 */
function readAsJson(incoming: IncomingMessage): void {
  const { headers, rawHeaders } = incoming;
  const named = headers['content-type'];
  if (named !== undefined && named !== 'application/x-www-form-urlencoded') return;
  headers['content-type'] = 'application/json';
  const at = rawHeaders.findIndex((name, index) => index % 2 === 0 && name.toLowerCase() === 'content-type');
  if (at === -1) rawHeaders.push('Content-Type', 'application/json');
  else rawHeaders[at + 1] = 'application/json';
}

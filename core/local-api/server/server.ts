import { once } from 'node:events';
import { createServer, type IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Logger } from '../../ports.ts';
import type { BrokerApi } from '../../wire/broker-api.ts';
import { listenOnUnixSocket } from '../socket/unix-socket.ts';
import { createApp } from './app.ts';
import { guardConnections } from './connection-gate.ts';
import { ConnectionTable } from './connection-table.ts';
import { errorResponse, RequestRefused, rawErrorResponse } from './error-response.ts';
import { defaultLimits, defaultTimeouts, type LocalApiLimits, type LocalApiTimeouts, sizes } from './limits.ts';
import { createQuotas } from './quotas.ts';
import { createRequestHandler, type Peers } from './request-handler.ts';
import { asksForHelper, createUpgradeHandler, refuse } from './upgrade-handler.ts';

export interface LocalApiOptions {
  /** Absolute, in a folder that `chooseSocketPath` found good. */
  readonly socketPath: string;
  readonly broker: BrokerApi;
  /** Whose requests are served. */
  readonly uid: number;
  readonly logger: Logger;
  /** Locks to hold beside the socket's own: one in the state folder keeps two sockets from sharing it. */
  readonly lockFiles?: readonly string[];
  /** Called once no other broker can be there any more, before anybody is served. */
  readonly alone?: () => void;
  /** Told once, where the socket or a lock was removed or replaced. */
  readonly lost?: (path: string) => void;
  readonly timeouts?: Partial<LocalApiTimeouts>;
  readonly limits?: Partial<LocalApiLimits>;
}

export interface LocalApi {
  readonly kind: 'listening';
  readonly socketPath: string;
  /**
   * Takes no more requests, lets those under way end for at most `drainMs`, then cuts them off.
   * `beforeUnlock` runs last: what must not overlap with the next broker ends there.
   */
  close(drainMs: number, beforeUnlock?: () => Promise<void>): Promise<void>;
}

export type LocalApiStart = LocalApi | { readonly kind: 'already_running'; readonly socketPath: string };

/** Serves the broker on its Unix socket. Only one can: a second one is told so, and changes nothing. */
export async function startLocalApi(options: LocalApiOptions): Promise<LocalApiStart> {
  const { socketPath, broker, uid, logger } = options;
  const timeouts: LocalApiTimeouts = { ...defaultTimeouts, ...options.timeouts };
  const peers: Peers = new WeakMap();
  const limits: LocalApiLimits = { ...defaultLimits, ...options.limits };
  const quotas = createQuotas(limits, logger);
  const { strangers, pipelined } = limits;
  const connections = new ConnectionTable({
    connections: quotas.connections,
    strangers,
    pipelined,
    stall: timeouts.stall,
  });
  const streams = new Set<ServerResponse>();
  const apart = new Set<Socket>();
  const pending = new Set<ServerResponse>();

  const app = createApp({ broker, logger, heartbeat: timeouts.heartbeat, streams, quotas });
  const handle = createRequestHandler({ app, uid, peers, connections, quotas, logger });
  const serve = (incoming: IncomingMessage, outgoing: ServerResponse): void => {
    pending.add(outgoing);
    outgoing.once('close', () => pending.delete(outgoing));
    if (!connections.serve(incoming.socket, outgoing, () => handle(incoming, outgoing))) incoming.socket.destroy();
  };

  const server = createServer({
    headersTimeout: timeouts.headers,
    requestTimeout: timeouts.request,
    keepAliveTimeout: timeouts.keepAlive,
    connectionsCheckingInterval: Math.min(1000, timeouts.headers),
    // Said, because options of Node's can say otherwise.
    insecureHTTPParser: false,
    maxHeaderSize: sizes.head,
    // The guards answer in our own words.
    requireHostHeader: false,
    shouldUpgradeCallback: asksForHelper,
  });
  // What Node leaves out beyond its maximum, a length for example, its parser still goes by. The guards count instead.
  server.maxHeadersCount = 0;
  const upgrade = createUpgradeHandler({ broker, uid, peers, connections, quotas, logger, timeouts, apart });
  guardConnections(server, { uid, peers, connections, logger, timeouts, limits, upgrade, apart });
  server.on('request', serve);
  server.on('checkContinue', serve);
  // Node's own answer to it would pass the guards by.
  server.on('checkExpectation', serve);
  server.on('upgrade', upgrade);
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    answerUnreadable(error, socket as Socket, logger, timeouts.linger);
  });

  const listening = await listenOnUnixSocket(server, {
    path: socketPath,
    uid: process.geteuid?.() ?? uid,
    lockFiles: options.lockFiles ?? [],
    alone: options.alone ?? (() => undefined),
    lost: options.lost ?? (() => undefined),
  });
  if (listening.kind === 'already_running') return { kind: 'already_running', socketPath };
  server.on('error', (error: NodeJS.ErrnoException) => logger.error('the socket failed', { code: error.code }));

  const close = async (drainMs: number, beforeUnlock?: () => Promise<void>): Promise<void> => {
    listening.removeFile();
    const closed = once(server, 'close');
    server.close();
    for (const stream of streams) stream.end();
    await emptied([pending, apart], drainMs);
    server.closeAllConnections();
    for (const socket of apart) socket.destroy();
    connections.close();
    await closed;
    try {
      await beforeUnlock?.();
    } finally {
      listening.releaseLock();
    }
  };
  let closing: Promise<void> | undefined;
  return {
    kind: 'listening',
    socketPath,
    close: (drainMs, beforeUnlock) => {
      closing ??= close(drainMs, beforeUnlock);
      return closing;
    },
  };
}

/** What the HTTP parser gave up on, and requests that did not arrive in time. */
function answerUnreadable(error: NodeJS.ErrnoException, socket: Socket, logger: Logger, linger: number): void {
  // Node's own handler asks the same: an answer under way must not get another one into its middle.
  const current: unknown = Reflect.get(socket, '_httpMessage');
  const answering = current instanceof ServerResponse && current.headersSent;
  if (!socket.writable || error.code === 'ECONNRESET' || answering) {
    socket.destroy();
    return;
  }
  refuse(socket, rawErrorResponse(errorResponse(unreadable(error.code), logger)), linger);
}

function unreadable(code: string | undefined): RequestRefused {
  switch (code) {
    case 'HPE_HEADER_OVERFLOW':
      return new RequestRefused(431, 'the request head is too large');
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return new RequestRefused(408, 'the request did not arrive in time');
    default:
      return new RequestRefused(400, 'this is not HTTP/1.1');
  }
}

async function emptied(sets: readonly ReadonlySet<unknown>[], deadline: number): Promise<void> {
  const end = performance.now() + deadline;
  while (sets.some((set) => set.size > 0) && performance.now() < end) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

import { once } from 'node:events';
import { createServer, type IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { peerOf } from '../access/peer-credentials.ts';
import type { Logger } from '../ports.ts';
import { createApp } from './app.ts';
import type { BrokerApi } from './broker-api.ts';
import { errorResponse, RequestRefused, rawErrorResponse } from './error-response.ts';
import { createRequestHandler, type Peers } from './request-handler.ts';
import { listenOnUnixSocket } from './unix-socket.ts';
import { asksForHelper, createUpgradeHandler, refuse } from './upgrade-handler.ts';

/** Milliseconds. */
export interface LocalApiTimeouts {
  /** From the connection, or the end of the answer before, to the end of the request's head. */
  readonly headers: number;
  /** The same to the end of the body. Answers may take longer. */
  readonly request: number;
  /** Between two requests of one connection. */
  readonly keepAlive: number;
  /** From the upgrade to the last argument of a helper call. */
  readonly preamble: number;
  /** Between two signs of life on event streams and helper calls. */
  readonly heartbeat: number;
  /** How long a caller that has its answer may keep the connection. */
  readonly linger: number;
}

const defaultTimeouts: LocalApiTimeouts = {
  headers: 10_000,
  request: 30_000,
  keepAlive: 60_000,
  preamble: 10_000,
  heartbeat: 15_000,
  linger: 5_000,
};

export interface LocalApiOptions {
  /** Absolute, in a folder that `chooseSocketPath` found good. */
  readonly socketPath: string;
  readonly broker: BrokerApi;
  /** Whose requests are served. */
  readonly uid: number;
  readonly logger: Logger;
  /** Locks to hold beside the socket's own: one in the state folder keeps two sockets from sharing it. */
  readonly lockFiles?: readonly string[];
  readonly timeouts?: Partial<LocalApiTimeouts>;
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
  const streams = new Set<ServerResponse>();
  const upgraded = new Set<Socket>();
  const pending = new Set<ServerResponse>();

  const app = createApp({ broker, logger, heartbeat: timeouts.heartbeat, streams });
  const handle = createRequestHandler({ app, uid, peers, logger });
  const serve = (incoming: IncomingMessage, outgoing: ServerResponse): void => {
    pending.add(outgoing);
    outgoing.once('close', () => pending.delete(outgoing));
    handle(incoming, outgoing);
  };

  const server = createServer({
    headersTimeout: timeouts.headers,
    requestTimeout: timeouts.request,
    keepAliveTimeout: timeouts.keepAlive,
    connectionsCheckingInterval: Math.min(1000, timeouts.headers),
    // The guards answer in our own words.
    requireHostHeader: false,
    shouldUpgradeCallback: asksForHelper,
  });
  server.on('connection', (socket: Socket) => {
    const peer = peerOf(socket);
    if (peer !== undefined) peers.set(socket, peer);
    if (peer?.uid !== uid) logger.warn('refused a caller', { uid: peer?.uid, pid: peer?.pid });
  });
  server.on('request', serve);
  server.on('checkContinue', serve);
  server.on('upgrade', createUpgradeHandler({ broker, uid, peers, logger, timeouts, upgraded }));
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    answerUnreadable(error, socket as Socket, logger, timeouts.linger);
  });

  const listening = await listenOnUnixSocket(server, {
    path: socketPath,
    uid: process.geteuid?.() ?? uid,
    lockFiles: options.lockFiles ?? [],
  });
  if (listening.kind === 'already_running') return { kind: 'already_running', socketPath };
  server.on('error', (error: NodeJS.ErrnoException) => logger.error('the socket failed', { code: error.code }));

  const close = async (drainMs: number, beforeUnlock?: () => Promise<void>): Promise<void> => {
    listening.removeFile();
    const closed = once(server, 'close');
    server.close();
    for (const stream of streams) stream.end();
    await emptied([pending, upgraded], drainMs);
    server.closeAllConnections();
    for (const socket of upgraded) socket.destroy();
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

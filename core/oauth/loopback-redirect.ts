import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { RedirectSettings } from '../config/config.ts';
import type { Clock } from '../ports.ts';
import type { RedirectVerdict } from './authorization-response.ts';
import { type CallbackPage, type RenderedPage, renderCallbackPage } from './callback-page.ts';
import { listenOn } from './loopback-port.ts';

export type RedirectEnd = 'answered' | 'closed' | 'deadline';

/** A listener for the one answer of an authorization request (RFC 8252 §7.3). */
export interface LoopbackRedirect {
  /** As it must be sent and compared, character for character. */
  readonly redirectUri: string;
  readonly ended: Promise<RedirectEnd>;
  close(): Promise<void>;
}

export interface RedirectOptions {
  readonly settings: RedirectSettings;
  readonly deadlineMs: number;
  readonly clock: Clock;
  readonly judge: (url: URL) => RedirectVerdict;
  /** Called once, for the answer or a denial; the browser sees its page when it resolves. */
  readonly answer: (verdict: Exclude<RedirectVerdict, { kind: 'stray' }>) => Promise<CallbackPage>;
}

/** Browsers open a few connections ahead; scanners open many. */
const mostConnections = 32;

/** Codes of some servers are several KiB long. */
const largestHeader = 32 * 1024;

/**
 * Listens on loopback until the answer has come, the deadline has passed or `close` is called. Anything else that
 * connects gets an error and changes nothing. Throws `KeytrayError` `misconfigured` where no port is free.
 */
export async function listenForRedirect(options: RedirectOptions): Promise<LoopbackRedirect> {
  const { settings, clock } = options;
  const sockets = new Set<Socket>();
  const { promise: ended, resolve: end } = Promise.withResolvers<RedirectEnd>();
  let taken = false;
  let authority = '';

  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const url = redirectedUrl(request, authority, settings);
    if (url === undefined) return refuse(response, 404);
    if (request.method !== 'GET') return refuse(response, 405);
    const verdict = taken ? undefined : options.judge(url);
    if (verdict === undefined || verdict.kind === 'stray') return refuse(response, 404);
    taken = true;
    deadline.cancel();
    const page = await options.answer(verdict).catch(() => undefined);
    await send(response, renderCallbackPage(page ?? unexpected));
    await stop('answered', request.socket);
  };

  const onRequest = (request: IncomingMessage, response: ServerResponse): void => {
    handle(request, response).catch(() => request.socket.destroy());
  };

  const servers = await listenOn(settings, () => createRedirectServer(onRequest, sockets));
  authority = `${settings.host}:${servers.port}`;

  const stop = async (why: RedirectEnd, last?: Socket): Promise<void> => {
    deadline.cancel();
    for (const socket of sockets) if (socket !== last) socket.destroy();
    await Promise.all(servers.listening.map(closed));
    end(why);
  };
  const deadline = clock.after(options.deadlineMs, () => void stop('deadline'));

  return {
    redirectUri: `http://${authority}${settings.path === 'none' ? '' : settings.path}`,
    ended,
    close: () => stop('closed'),
  };
}

const unexpected: CallbackPage = { kind: 'failed', title: 'your account', what: 'Something unexpected happened' };

function createRedirectServer(
  onRequest: (request: IncomingMessage, response: ServerResponse) => void,
  sockets: Set<Socket>,
): Server {
  const server = createServer(
    {
      maxHeaderSize: largestHeader,
      headersTimeout: 5_000,
      requestTimeout: 10_000,
      connectionsCheckingInterval: 1_000,
    },
    onRequest,
  );
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    socket.on('error', () => socket.destroy());
    // The oldest goes, not the newest: whoever sits on connections must not keep the browser out.
    if (sockets.size > mostConnections) [...sockets][0]?.destroy();
  });
  server.on('clientError', (_error, socket) => socket.destroy());
  return server;
}

/** The address the browser was sent to, or undefined where the request is for another one. */
function redirectedUrl(request: IncomingMessage, authority: string, settings: RedirectSettings): URL | undefined {
  const target = request.url ?? '';
  const path = target.split('?', 1)[0];
  // Compared before the URL parser resolves `..`, backslashes and the like.
  if (path !== (settings.path === 'none' ? '/' : settings.path)) return undefined;
  // Another name in Host is a page that had its own name resolved to this machine.
  if (request.headers.host?.toLowerCase() !== authority) return undefined;
  const text = `http://${authority}${target}`;
  return URL.canParse(text) ? new URL(text) : undefined;
}

function refuse(response: ServerResponse, status: 404 | 405): void {
  response
    .writeHead(status, {
      'content-type': 'text/plain; charset=utf-8',
      'cache-control': 'no-store',
      connection: 'close',
      ...(status === 405 ? { allow: 'GET' } : {}),
    })
    .end(status === 405 ? 'Only GET.\n' : 'Nothing here.\n');
}

/** Resolves when the page has left us, or when the browser has not waited for it. */
function send(response: ServerResponse, page: RenderedPage): Promise<void> {
  return new Promise((resolve) => {
    response.once('close', resolve);
    response.writeHead(page.status, { ...page.headers, connection: 'close' }).end(page.body);
    if (response.destroyed) resolve();
  });
}

const closed = (server: Server): Promise<void> =>
  new Promise((resolve) => {
    server.close(() => resolve());
  });

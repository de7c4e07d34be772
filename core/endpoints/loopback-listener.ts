import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { KeytrayError } from '../errors.ts';
import { loopbackGate, type RefusedOwner } from '../http/loopback-gate.ts';
import { holderWords, listen } from '../http/loopback-port.ts';
import type { Clock, Logger, LoopbackPeers } from '../ports.ts';

export interface ListenerDependencies {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly peers: LoopbackPeers;
}

export interface ListenerOptions extends ListenerDependencies {
  /** What listens, for the log and for people. */
  readonly name: string;
  /** Connections of our own user at one time; those of others are closed at once. */
  readonly most: number;
  /** Milliseconds for a request's head and for all of it; 0: no limit. */
  readonly times: { readonly head: number; readonly request: number };
  /** Gets requests of our own user that name this listener and that no web page can have caused. */
  readonly serve: (request: IncomingMessage, response: ServerResponse) => void;
}

export interface Listener {
  readonly server: Server;
  /** Resolves when nothing listens any more; open connections are cut. */
  close(): Promise<void>;
}

export interface LoopbackListener extends Listener {
  readonly port: number;
}

/**
 * Loopback is open to every user of the machine and to web pages: what reaches `serve` is neither. Default: any free
 * port. Throws `KeytrayError` `misconfigured` where the port is taken.
 */
export async function listenOnLoopback(
  options: ListenerOptions & { readonly port?: number },
): Promise<LoopbackListener> {
  const { name, port: wanted = 0, peers } = options;
  let port = wanted;
  const isForUs = (request: IncomingMessage): boolean =>
    isFromProgram(request) && request.headers.host === `127.0.0.1:${port}`;
  const listener = await openListener(options, isForUs, async (server) => {
    if ((await listen(server, wanted, '127.0.0.1')) === 'listening') return;
    const holder = await peers.holder('127.0.0.1', wanted);
    const who = holder === undefined ? 'another program' : holderWords(holder);
    throw new KeytrayError('misconfigured', `${name} cannot use port ${wanted}: ${who} has it`, {
      advice: 'End that program, or choose another port.',
    });
  });
  const address = listener.server.address();
  if (typeof address === 'object' && address !== null) ({ port } = address);
  return { ...listener, port };
}

/** What all listeners here have in common; `bind` makes the server listen. */
export async function openListener(
  options: ListenerOptions,
  isForUs: (request: IncomingMessage) => boolean,
  bind: (server: Server) => Promise<void>,
): Promise<Listener> {
  const { times } = options;
  const connections = new Set<Socket>();
  const server = createServer(
    { headersTimeout: times.head, requestTimeout: times.request },
    (request: IncomingMessage, response: ServerResponse) => {
      if (isForUs(request)) options.serve(request, response);
      else answerNothing(response);
    },
  );
  loopbackGate({ ...options, fromWindows: false, connections, refused: refusedProgram })(server);
  await bind(server);
  const close = async (): Promise<void> => {
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    for (const connection of connections) connection.destroy();
    await closed;
  };
  return { server, close };
}

/** Browsers say which page sent a request; of two names of the machine nobody knows which counts. */
export function isFromProgram({ headers, headersDistinct }: IncomingMessage): boolean {
  return headersDistinct.host?.length === 1 && headers.origin === undefined && headers.referer === undefined;
}

/** One answer for all that is not asked rightly: who guesses learns nothing. */
export function answerNothing(response: ServerResponse): void {
  answerJson(response, 404, '{}');
}

export function answerJson(response: ServerResponse, status: number, body: string): void {
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' }).end(body);
}

function refusedProgram(owner: RefusedOwner): string {
  return `a program of ${owner.kind === 'other' ? `uid ${owner.uid}` : 'an unknown uid'} was refused`;
}

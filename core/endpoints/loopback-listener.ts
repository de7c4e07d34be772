import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { KeytrayError } from '../errors.ts';
import { loopbackGate, type RefusedOwner } from '../http/loopback-gate.ts';
import { holderWords, listen } from '../http/loopback-port.ts';
import type { Clock, Logger, LoopbackPeers } from '../ports.ts';

export interface LoopbackListenerDependencies {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly peers: LoopbackPeers;
}

export interface LoopbackListenerOptions extends LoopbackListenerDependencies {
  /** What listens, for the log. */
  readonly name: string;
  /** Default: any free port. */
  readonly port?: number;
  /** Connections of our own user at one time; those of others are closed at once. */
  readonly most: number;
  /** Milliseconds for a request's head and for all of it; 0: no limit. */
  readonly times: { readonly head: number; readonly request: number };
  /** Gets requests of our own user that name this listener and that no web page can have caused. */
  readonly serve: (request: IncomingMessage, response: ServerResponse) => void;
  /** Called before it listens, for a server that has more to it. */
  readonly prepare?: (server: Server) => void;
}

export interface LoopbackListener {
  readonly port: number;
  readonly server: Server;
  /** Resolves when nothing listens any more; open connections are cut. */
  close(): Promise<void>;
}

/**
 * Loopback is open to every user of the machine and to web pages: what reaches `serve` is neither. Throws
 * `KeytrayError` `misconfigured` where the port is taken.
 */
export async function listenOnLoopback(options: LoopbackListenerOptions): Promise<LoopbackListener> {
  const { times, name, port: wanted = 0, peers } = options;
  const connections = new Set<Socket>();
  let port = wanted;
  const server = createServer(
    { headersTimeout: times.head, requestTimeout: times.request },
    (request: IncomingMessage, response: ServerResponse) => {
      if (isForUs(request, `127.0.0.1:${port}`)) options.serve(request, response);
      else answerNothing(response);
    },
  );
  options.prepare?.(server);
  loopbackGate({ ...options, fromWindows: false, connections, refused: refusedProgram })(server);
  if ((await listen(server, wanted, '127.0.0.1')) !== 'listening') {
    const holder = await peers.holder('127.0.0.1', wanted);
    const who = holder === undefined ? 'another program' : holderWords(holder);
    throw new KeytrayError('misconfigured', `${name} cannot use port ${wanted}: ${who} has it`);
  }
  const address = server.address();
  if (typeof address === 'object' && address !== null) ({ port } = address);
  const close = async (): Promise<void> => {
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    for (const connection of connections) connection.destroy();
    await closed;
  };
  return { port, server, close };
}

/** A name that leads here by a web page's doing is not ours, and a browser says which page sent it. */
export function isForUs({ headers, headersDistinct }: IncomingMessage, host: string): boolean {
  return (
    headersDistinct.host?.length === 1 &&
    headers.host === host &&
    headers.origin === undefined &&
    headers.referer === undefined
  );
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

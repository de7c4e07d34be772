import type { Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { rarely } from '../concurrency/rarely.ts';
import type { Clock, Logger, LoopbackPeers, PeerOwner } from '../ports.ts';

export type RefusedOwner = Exclude<PeerOwner, { kind: 'ours' | 'not_told' }>;

export interface LoopbackGateOptions {
  /** What listens, for the log. */
  readonly name: string;
  readonly peers: LoopbackPeers;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Connections of our own at one time. */
  readonly most: number;
  /** On WSL, also what Windows forwards: nobody can tell whose browser it is. */
  readonly fromWindows: boolean;
  /** Gets every connection, from its beginning until it is closed, so that the owner of the server can end them. */
  readonly connections: Set<Socket>;
  /** Called for each connection that is not ours; what it returns is sent to the person at the other end. */
  readonly refused: (owner: RefusedOwner) => string;
}

/** Refused peers that may take a second to read why; further ones find the connection closed. */
const mostTurnedAway = 16;
const linger = 1_000;

/** Whose owners are being looked up; more than one at a time only where that takes the reading of a table. */
const mostAsked = 256;

/**
 * What stands before a listener's loopback HTTP servers, one per address: a connection reaches the parser once the
 * kernel has named its other end as ours. One more than `most` takes the place of the one that has been idle longest.
 */
export function loopbackGate(options: LoopbackGateOptions): (server: Server) => void {
  const { peers, clock, logger, connections } = options;
  const logRefused = rarely(
    (owner: RefusedOwner, passedOver) => logger.warn(`${options.name}: refused a connection`, { ...owner, passedOver }),
    () => clock.monotonic(),
  );
  // In order of last use.
  const open = new Set<Socket>();
  const answering = new Map<Socket, number>();
  let turnedAway = 0;
  let asked = 0;

  const makeRoom = (): boolean => {
    if (open.size < options.most) return true;
    for (const socket of open) {
      if (answering.has(socket)) continue;
      open.delete(socket);
      socket.destroy();
      return true;
    }
    return false;
  };

  const turnAway = (socket: Socket, owner: RefusedOwner): void => {
    logRefused(owner);
    const text = options.refused(owner);
    if (turnedAway >= mostTurnedAway) {
      socket.destroy();
      return;
    }
    turnedAway += 1;
    const timer = clock.after(linger, () => socket.destroy());
    socket.once('close', () => {
      turnedAway -= 1;
      timer.cancel();
    });
    socket.once('end', () => socket.destroy());
    // Read and forgotten: what is left unread when we close makes the kernel reset the connection, answer and all.
    socket.resume();
    socket.end(refusal(text));
  };

  const judge = async (socket: Socket, parse: (socket: Socket) => void): Promise<void> => {
    const owner = await peers.owner(socket);
    if (socket.destroyed) return;
    if (!isWelcome(owner, options.fromWindows && peers.underWindows)) return turnAway(socket, owner);
    if (!makeRoom()) {
      socket.destroy();
      return;
    }
    open.add(socket);
    parse(socket);
  };

  const connected = (socket: Socket, parse: (socket: Socket) => void): void => {
    connections.add(socket);
    socket.on('error', () => socket.destroy());
    socket.once('close', () => {
      connections.delete(socket);
      open.delete(socket);
    });
    if (asked >= mostAsked) {
      socket.destroy();
      return;
    }
    asked += 1;
    judge(socket, parse)
      .catch(() => socket.destroy())
      .finally(() => {
        asked -= 1;
      });
  };

  const requested = (socket: Socket, response: ServerResponse): void => {
    answering.set(socket, (answering.get(socket) ?? 0) + 1);
    response.once('close', () => {
      const left = (answering.get(socket) ?? 1) - 1;
      if (left > 0) answering.set(socket, left);
      else answering.delete(socket);
      if (open.delete(socket) && !socket.destroyed) open.add(socket);
    });
  };

  return (server) => {
    const parsers = server.listeners('connection');
    server.removeAllListeners('connection');
    const parse = (socket: Socket): void => {
      for (const parser of parsers) parser.call(server, socket);
    };
    server.on('connection', (socket: Socket) => connected(socket, parse));
    server.on('request', ({ socket }, response: ServerResponse) => requested(socket, response));
  };
}

function isWelcome(owner: PeerOwner, fromWindows: boolean): owner is Exclude<PeerOwner, RefusedOwner> {
  switch (owner.kind) {
    case 'ours':
    case 'not_told':
      return true;
    case 'other':
      return fromWindows && owner.uid === 0;
    case 'unknown':
      return fromWindows && owner.entry === 'none';
  }
}

function refusal(text: string): string {
  const body = `${text}\n`;
  return [
    'HTTP/1.1 403 Forbidden',
    'Content-Type: text/plain; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Cache-Control: no-store',
    'Connection: close',
    '',
    body,
  ].join('\r\n');
}

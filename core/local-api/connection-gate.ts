import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { peerOf } from '../access/peer-credentials.ts';
import type { Logger } from '../ports.ts';
import type { ConnectionTable } from './connection-table.ts';
import { errorResponse, rawErrorResponse } from './error-response.ts';
import type { LocalApiLimits, LocalApiTimeouts } from './limits.ts';
import { rarely } from './rarely.ts';
import type { Peers } from './request-handler.ts';
import { refuse } from './upgrade-handler.ts';

export interface ConnectionGateOptions {
  readonly uid: number;
  readonly peers: Peers;
  readonly connections: ConnectionTable;
  readonly logger: Logger;
  readonly timeouts: Pick<LocalApiTimeouts, 'linger'>;
  readonly limits: Pick<LocalApiLimits, 'turnedAway'>;
  /** Connections that are not HTTP's, for the end of the server. */
  readonly apart: Set<Socket>;
}

/** Stands before the HTTP server: what is not admitted never reaches its parser. */
export function guardConnections(server: Server, options: ConnectionGateOptions): void {
  const { uid, peers, connections, logger, timeouts, limits, apart } = options;
  const parse = server.listeners('connection');
  server.removeAllListeners('connection');
  const logStranger = rarely((peer: Readonly<Record<string, number | undefined>>, passedOver) =>
    logger.warn('refused a caller', { ...peer, passedOver }),
  );
  let turnedAway = 0;

  server.on('connection', (socket: Socket) => {
    const peer = peerOf(socket);
    if (peer !== undefined) peers.set(socket, peer);
    if (peer?.uid !== uid) logStranger({ uid: peer?.uid, pid: peer?.pid });
    const admission = connections.admit(socket, peer, uid);
    if (admission.kind === 'admitted') {
      for (const listener of parse) listener.call(server, socket);
      return;
    }
    if (admission.kind === 'dropped' || turnedAway >= limits.turnedAway) {
      socket.on('error', () => undefined);
      socket.destroy();
      return;
    }
    turnedAway += 1;
    apart.add(socket);
    socket.once('close', () => {
      turnedAway -= 1;
      apart.delete(socket);
    });
    refuse(socket, rawErrorResponse(errorResponse(admission.failure, logger)), timeouts.linger);
  });
}

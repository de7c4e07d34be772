import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { rarely } from '../../concurrency/rarely.ts';
import { peerOf } from '../../platform/peer-credentials.ts';
import type { Logger } from '../../ports.ts';
import { readHelperOpening } from '../helper-stream/helper-opening.ts';
import type { ConnectionTable } from './connection-table.ts';
import { errorResponse, rawErrorResponse } from './error-response.ts';
import { awaitFirstBytes } from './first-bytes.ts';
import type { LocalApiLimits, LocalApiTimeouts } from './limits.ts';
import type { Peers } from './request-handler.ts';
import { asksForHelper, refuse, type UpgradeHandler } from './upgrade-handler.ts';

export interface ConnectionGateOptions {
  readonly uid: number;
  readonly peers: Peers;
  readonly connections: ConnectionTable;
  readonly logger: Logger;
  readonly timeouts: Pick<LocalApiTimeouts, 'headers' | 'linger'>;
  readonly limits: Pick<LocalApiLimits, 'turnedAway'>;
  readonly upgrade: UpgradeHandler;
  /** Connections that are not HTTP's, for the end of the server. */
  readonly apart: Set<Socket>;
}

/**
 * Stands before the HTTP server: what is not admitted never reaches its parser, and what our own client begins with
 * does not need it.
 */
export function guardConnections(server: Server, options: ConnectionGateOptions): void {
  const { uid, peers, connections, logger, timeouts, limits, upgrade, apart } = options;
  const parse = server.listeners('connection');
  server.removeAllListeners('connection');
  const logStranger = rarely((peer: Readonly<Record<string, number | undefined>>, passedOver) =>
    logger.warn('refused a caller', { ...peer, passedOver }),
  );
  let turnedAway = 0;

  const begin = (socket: Socket): void => {
    awaitFirstBytes(socket, timeouts.headers, {
      came: (bytes) => {
        const opening = readHelperOpening(bytes);
        if (opening !== undefined && asksForHelper(opening.request)) {
          upgrade(opening.request, socket, opening.head);
          return;
        }
        for (const listener of parse) listener.call(server, socket);
        socket.unshift(bytes);
      },
      late: () => {
        // As the server itself says it of a request that was begun.
        server.emit(
          'clientError',
          Object.assign(new Error('no request'), { code: 'ERR_HTTP_REQUEST_TIMEOUT' }),
          socket,
        );
      },
    });
  };

  server.on('connection', (socket: Socket) => {
    const peer = peerOf(socket);
    if (peer !== undefined) peers.set(socket, peer);
    if (peer?.uid !== uid) logStranger({ uid: peer?.uid, pid: peer?.pid });
    const admission = connections.admit(socket, peer, uid);
    if (admission.kind === 'admitted') {
      begin(socket);
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
